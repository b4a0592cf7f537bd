import { randomBytes } from 'node:crypto';
import { type SeenSpan, startCollector, tornIn } from '@shop/platform/testing/collector.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { customer, eventually, product } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';
import { isDistributed } from '../support/shop.ts';

const collector = await startCollector();
const open = openShop({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
afterAll(() => collector.close());

/** A span in words; of those that handle an event also for which group. */
const said = ({ name, attributes }: SeenSpan): string => {
  const group = attributes['messaging.consumer.group.name'];
  return group ? `${group}: ${name}` : name;
};

/** The spans of the trace that a saga is in, when `wanted` are among them and nothing is missing above any. */
const traceOf = (sagaId: string, wanted: readonly string[]): Promise<SeenSpan[]> =>
  eventually(
    async () => {
      const traceId = collector.spans.find(({ attributes }) => attributes['shop.saga_id'] === sagaId)?.traceId;
      return collector.spans.filter((span) => traceId !== undefined && span.traceId === traceId);
    },
    (spans) => wanted.every((name) => spans.map(said).includes(name)) && tornIn(spans).length === 0,
  );

const parentOf = (spans: readonly SeenSpan[], span: SeenSpan | undefined) =>
  spans.find(({ spanId }) => spanId === span?.parentSpanId);
const named = (spans: readonly SeenSpan[], name: string) => spans.find((span) => said(span) === name);

/** A buyer with one unit of a product and a voucher in the cart. */
const buyerWithVoucher = async (stock: number) => {
  const { sku } = await product(open.seller, { stock });
  const code = `V${randomBytes(4).toString('hex').toUpperCase()}`;
  const voucher = { code, type: 'percentage', value: 1000, scope: { kind: 'order' } };
  expect((await open.seller.post('/vouchers', voucher)).status).toBe(201);
  const kim = await customer(open.shop.url);
  await kim.add(sku);
  expect((await kim.put(`/cart/vouchers/${code}`)).status).toBe(200);
  return kim;
};

const steps = ['checkout', 'lockCart', 'applyVouchers', 'reserveInventory'];

describe('The trace of a checkout', () => {
  it('When it completes, then request, steps, events and all that they cause are one tree', async () => {
    const kim = await buyerWithVoucher(5);
    const { id } = (await kim.checkout()).body;
    const wanted = [
      'POST /api/v1/checkouts',
      ...steps,
      ...['createOrder', 'completeCart'],
      ...['send discount.applied', 'send inventory.reserved', 'send order.created', 'send cart.completed'],
      ...['send order.confirmed', 'send inventory.committed'],
      ...['inventory: process order.created', 'discount: process order.created', 'order: process cart.completed'],
    ];
    const spans = await traceOf(id, wanted);
    const root = spans.find(({ parentSpanId }) => !parentSpanId);
    expect(root).toMatchObject({
      name: 'POST /api/v1/checkouts',
      kind: 2,
      status: 0,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/api/v1/checkouts',
        'http.response.status_code': 201,
      },
    });
    // What follows hangs where it began: the event below the step that wrote it, its answer below who applied it.
    expect(parentOf(spans, named(spans, 'inventory: process order.created'))?.name).toBe('createOrder');
    const committed = parentOf(spans, named(spans, 'send inventory.committed'));
    expect(committed && said(committed)).toBe('inventory: process order.created');
    expect(spans.filter(({ status }) => status === 2).map(said)).toEqual([]);
    const services = new Set(spans.map(({ service }) => service));
    if (!isDistributed) return expect(services).toEqual(new Set(['shop']));
    // Each step asks another process, which goes on below the call.
    expect([...services]).toEqual(expect.arrayContaining(['order', 'cart', 'discount', 'inventory']));
    for (const step of ['lockCart', 'applyVouchers', 'reserveInventory', 'completeCart']) {
      const call = spans.find((span) => span.kind === 3 && parentOf(spans, span)?.name === step);
      const taken = spans.find((span) => span.kind === 2 && span.parentSpanId === call?.spanId);
      expect(taken?.name, step).toBe(call?.name);
      expect([call?.service, taken?.service]).toEqual(['order', call?.attributes['server.address']]);
    }
  });

  it('When it is rolled back, then the undoing and its answers belong to the tree', async () => {
    const kim = await buyerWithVoucher(0);
    const { checkoutId } = (await kim.checkout()).body;
    const wanted = [
      ...steps,
      ...['compensate', 'send order.cancelled', 'cart: process order.cancelled', 'discount: process order.cancelled'],
      ...['send cart.unlocked', 'send discount.released'],
      ...['order: process cart.unlocked', 'order: process discount.released'],
    ];
    const spans = await traceOf(checkoutId, wanted);
    expect(named(spans, 'reserveInventory')?.attributes).toMatchObject({ 'shop.refusal': 'OUT_OF_STOCK' });
    // A refusal is an answer like another, and no error of the shop.
    expect(spans.filter(({ status }) => status === 2).map(said)).toEqual([]);
  });

  it('When the caller has a trace, then the checkout goes on with it, unless the caller does not record it', async () => {
    const traced = async (flags: string) => {
      const kim = await buyerWithVoucher(5);
      const traceId = randomBytes(16).toString('hex');
      const traceparent = `00-${traceId}-b7ad6b7169203331-${flags}`;
      const { status, body } = await kim.checkout({ headers: { traceparent } });
      expect(status).toBe(201);
      return { traceId, id: body.id as string };
    };
    const unseen = await traced('00');
    const seen = await traced('01');
    const spans = await eventually(
      async () => collector.spans.filter(({ traceId }) => traceId === seen.traceId),
      (some) => named(some, 'order: process cart.completed') !== undefined,
    );
    expect(named(spans, 'POST /api/v1/checkouts')?.parentSpanId).toBe('b7ad6b7169203331');
    expect(collector.spans.filter(({ traceId }) => traceId === unseen.traceId)).toEqual([]);
    const { items } = (await open.seller.get(`/admin/events?sagaId=${unseen.id}&limit=100`)).body;
    const flags = items.map(({ traceparent }: { traceparent: string }) => traceparent.split('-').toSpliced(2, 1));
    expect(flags.length).toBeGreaterThan(3);
    expect(new Set(flags.flat())).toEqual(new Set(['00', unseen.traceId]));
  });

  it('When probes ask for the health, then they are not traced', async () => {
    const kim = await customer(open.shop.url);
    await fetch(`${open.shop.url}/health/ready`);
    await kim.get('/cart');
    await eventually(
      async () => collector.spans,
      (spans) => named(spans, 'GET /api/v1/cart') !== undefined,
    );
    expect(collector.spans.filter(({ attributes }) => String(attributes['url.path']).startsWith('/health'))).toEqual(
      [],
    );
  });

  it('When the collector is gone, then the shop sells as before, and ends in time', async () => {
    collector.answer(0);
    const kim = await buyerWithVoucher(5);
    const start = performance.now();
    expect((await kim.checkout()).status).toBe(201);
    expect(performance.now() - start).toBeLessThan(3_000);
    const ending = performance.now();
    expect(await open.shop.stop()).toBe(0);
    expect(performance.now() - ending).toBeLessThan(9_900);
  });
});
