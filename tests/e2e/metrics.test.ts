import { createServer } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { queryShop } from '../support/audit.ts';
import { customer, eventually, product } from '../support/client.ts';
import { documentedMetrics, readMetrics, type Series } from '../support/metrics.ts';
import { openShop } from '../support/open-shop.ts';

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

const port = await freePort();
const open = openShop({ METRICS_PORT: String(port) });

const scrape = async () => readMetrics(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());

const sumOf = (series: readonly Series[], name: string, labels: Record<string, string> = {}): number =>
  series
    .filter((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);

const reads = async (name: string, labels?: Record<string, string>) => sumOf((await scrape()).series, name, labels);

/** How much each of the readings rises while `work` is done. */
const rise = async (readings: [name: string, labels: Record<string, string>][], work: () => Promise<void>) => {
  const before = (await scrape()).series;
  await work();
  const after = (await scrape()).series;
  return readings.map(([name, labels]) => sumOf(after, name, labels) - sumOf(before, name, labels));
};

const checkoutOf = async (sku: string, headers?: Record<string, string>) => {
  const kim = await customer(open.shop.url);
  await kim.add(sku);
  return (await kim.checkout({ headers })).body;
};

const outcome = (name: string, reason = ''): [string, Record<string, string>] => [
  'shop_saga_outcomes_total',
  { outcome: name, reason },
];
const step = (name: string, status: string): [string, Record<string, string>] => [
  'shop_saga_step_duration_seconds_count',
  { step: name, status },
];

describe('What /metrics says', () => {
  let sku: string;
  beforeAll(async () => {
    sku = (await product(open.seller, { stock: 5 })).sku;
  });

  it('When a checkout completes, then its outcome, its steps and its request are counted', async () => {
    const counted = await rise(
      [
        outcome('completed'),
        step('lockCart', 'done'),
        step('applyVouchers', 'skipped'),
        step('reserveInventory', 'done'),
        step('createOrder', 'done'),
        step('completeCart', 'done'),
        ['http_request_duration_seconds_count', { method: 'POST', route: '/api/v1/checkouts', status: '201' }],
      ],
      async () => expect(await checkoutOf(sku)).toMatchObject({ status: 'completed' }),
    );
    expect(counted).toEqual([1, 1, 0, 1, 1, 1, 1]);
  });

  it('When a checkout is refused, then it is counted by its reason, and so is the step that refused', async () => {
    const { sku: gone } = await product(open.seller, { stock: 0 });
    const counted = await rise(
      [
        outcome('completed'),
        outcome('rolled back', 'OUT_OF_STOCK'),
        step('lockCart', 'done'),
        step('reserveInventory', 'refused'),
        step('createOrder', 'done'),
        ['http_request_duration_seconds_count', { route: '/api/v1/checkouts', status: '409' }],
      ],
      async () => expect(await checkoutOf(gone)).toMatchObject({ code: 'OUT_OF_STOCK' }),
    );
    expect(counted).toEqual([0, 1, 1, 1, 0, 1]);
  });

  it('When the shop comes to rest, then nothing waits in outboxes, in topics or for a connection', async () => {
    await checkoutOf(sku);
    const waiting = async () => {
      const { series } = await scrape();
      return [
        sumOf(series, 'shop_outbox_depth'),
        sumOf(series, 'shop_consumer_lag'),
        sumOf(series, 'shop_sagas'),
        sumOf(series, 'shop_part_failing_seconds'),
        sumOf(series, 'shop_postgres_connections', { state: 'waiting' }),
      ];
    };
    expect(await eventually(waiting, (counts) => counts.every((count) => count === 0))).toEqual([0, 0, 0, 0, 0]);
    const { series } = await scrape();
    const delays = series.filter(({ name }) => name === 'shop_event_delay_seconds_count');
    expect(delays.map(({ labels }) => labels.group).sort()).toEqual(['cart', 'discount', 'inventory', 'order']);
    expect(sumOf(series, 'shop_data_free_bytes')).toBeGreaterThan(1_000_000);
  });

  it('When an event can not be applied, then one dead letter waits, until it is sent again', async () => {
    await queryShop(
      open.shop,
      'inventory',
      `select emit(gen_random_uuid(), 'inventory.released', 'nothing', '{"version": "broken"}', now())`,
    );
    await eventually(
      () => reads('shop_dead_letters'),
      (letters) => letters === 1,
    );
    expect(await reads('shop_events_buried_total', { group: 'order', topic: 'inventory' })).toBe(1);
    expect(await reads('shop_consumer_lag')).toBe(0);
    const [letter] = (await open.seller.get('/admin/dead-letters')).body.items;
    await open.seller.post(`/admin/dead-letters/${letter.id}/replay`);
    await eventually(
      () => reads('shop_events_buried_total', { group: 'order' }),
      (buried) => buried === 2,
    );
    expect(await reads('shop_dead_letters')).toBe(1);
  });

  it('When nothing helps a saga, then it shows as parked, until an operator has pushed it on', async () => {
    const fault = (seconds: number) =>
      open.seller.call('PUT', '/lab/faults', { body: { step: 'completeCart', mode: 'fail', seconds } });
    await fault(60);
    const { id } = await checkoutOf(sku, { Prefer: 'respond-async' });
    await eventually(
      () => reads('shop_sagas', { state: 'pivoted' }),
      (sagas) => sagas === 1,
    );
    // Six minutes of tries are over.
    await queryShop(open.shop, 'order', `update sagas set attempts = 15, next_at = now() where id = '${id}'`);
    await eventually(
      () => reads('shop_sagas', { state: 'parked' }),
      (sagas) => sagas === 1,
    );
    expect(await reads(...outcome('parked'))).toBe(1);
    expect(open.shop.output()).toContain('a saga is parked and waits for an operator');
    await fault(0);
    expect((await open.seller.post(`/checkouts/${id}/retry`)).status).toBe(200);
    await eventually(
      () => reads('shop_sagas'),
      (sagas) => sagas === 0,
    );
  });

  it('When holds are older than their time, then it is counted how many have asked', async () => {
    await queryShop(
      open.shop,
      'inventory',
      `insert into reservations (saga_id, order_id, user_id, state, lines, version, created_at, next_ask_at)
       select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'held', '[]', 1, now(), now()`,
    );
    await eventually(
      () => reads('shop_old_holds_total', { participant: 'inventory' }),
      (asked) => asked === 1,
    );
    expect(await reads('shop_old_holds_total', { participant: 'cart' })).toBe(0);
  });

  it('When it is compared with docs/metrics.md, then each documented metric is served so, and none besides', async () => {
    const { metrics } = await scrape();
    const own = metrics.filter(({ name }) => /^(shop|http)_/.test(name));
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(documentedMetrics({ form: 'embedded' }).sort(byName)).toEqual(own.sort(byName));
    expect(documentedMetrics().length).toBeGreaterThan(15);
  });
});
