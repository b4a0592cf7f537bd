import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { customer, eventually, product } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';
import { isDistributed } from '../support/shop.ts';

const open = openShop();
/** Who hears that a product has changed; replicas of the catalogue also tell each other, to empty what they share. */
const hearers = ['cart', 'discount', 'inventory', ...(isDistributed ? ['product'] : [])];

describe('The console', () => {
  it('When checkouts have run, then the overview counts them and tells how long their steps took', async () => {
    const { sku } = await product(open.seller, { stock: 1 });
    const [kim, lea] = [await customer(open.shop.url), await customer(open.shop.url)];
    await kim.add(sku);
    await lea.add(sku);
    expect((await kim.checkout()).status).toBe(201);
    expect((await lea.checkout()).status).toBe(409);
    const overview = await eventually(
      async () => (await open.seller.get('/admin/overview')).body,
      ({ outbox }) => outbox.every(({ depth }: { depth: number }) => depth === 0),
    );
    expect(overview).toMatchObject({
      checkouts: { completed: 1, refused: 1, running: 0, successRate: 0.5 },
      parked: 0,
      deadLetters: 0,
    });
    const { series } = overview.checkouts;
    expect(series).toHaveLength(30);
    expect(Date.parse(series[29].at) - Date.parse(series[0].at)).toBe(290_000);
    const sum = (name: 'completed' | 'refused') =>
      series.reduce((total: number, slot: Record<typeof name, number>) => total + slot[name], 0);
    expect([sum('completed'), sum('refused')]).toEqual([1, 1]);
    expect(overview.steps.map(({ name }: { name: string }) => name)).toContain('lockCart');
    expect(overview.lag.length).toBeGreaterThan(4);
    expect((await kim.get('/admin/overview')).body.code).toBe('FORBIDDEN');
  });

  it('When events are asked for by saga, type or key, then those come, newest first, page by page', async () => {
    const { sku } = await product(open.seller);
    const kim = await customer(open.shop.url);
    await kim.add(sku);
    const { id, orderId } = (await kim.checkout()).body;
    const bySaga = async () =>
      (await open.seller.get(`/admin/events?sagaId=${id}&limit=100`)).body.items as { type: string }[];
    const events = await eventually(bySaga, (items) => items.length >= 5);
    expect(events.map(({ type }) => type).sort()).toEqual(
      ['cart.completed', 'inventory.committed', 'inventory.reserved', 'order.confirmed', 'order.created'].sort(),
    );
    const typed = (await open.seller.get(`/admin/events?type=order.created&key=${orderId}`)).body.items;
    expect(typed).toMatchObject([{ topic: 'order', type: 'order.created', key: orderId }]);
    const first = (await open.seller.get(`/admin/events?sagaId=${id}&limit=2`)).body;
    const second = (await open.seller.get(`/admin/events?sagaId=${id}&limit=100&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items]).toEqual(events);
    expect((await open.seller.get(`/admin/events?topic=order&cursor=${first.nextCursor}`)).body.code).toBe(
      'INVALID_CURSOR',
    );
  });

  it('When an event can not be applied, then it is a dead letter, the next one is handled, and it can be replayed', async () => {
    const { sku, product: made } = await product(open.seller, { stock: 5 });
    await open.shop.say({ type: 'product.updated', key: made.id, data: { id: made.id, version: 'broken' } });
    await open.seller.patch(`/products/${made.id}`, { title: 'Renamed' });
    const letters = await eventually(
      async () => (await open.seller.get('/admin/dead-letters')).body.items,
      (items) => items.length === hearers.length,
    );
    expect(letters.map(({ group }: { group: string }) => group).sort()).toEqual(hearers);
    const kim = await customer(open.shop.url);
    await eventually(
      async () => (await kim.post('/cart/items', { sku, quantity: 1 })).body.items?.[0]?.title,
      (title) => title === 'Renamed',
    );
    expect((await open.seller.get('/admin/overview')).body.deadLetters).toBe(hearers.length);
    const replayed = await open.seller.post(`/admin/dead-letters/${letters[0].id}/replay`);
    expect(replayed.body).toMatchObject({ id: letters[0].id });
    const again = await eventually(
      async () =>
        (await open.seller.get('/admin/dead-letters')).body.items.find(
          ({ id }: { id: string }) => id === letters[0].id,
        ),
      ({ burials }) => burials === 2,
    );
    expect(again.replayedAt).toBeNull();
    expect((await open.seller.post(`/admin/dead-letters/${made.id}/replay`)).body.code).toBe('DEAD_LETTER_NOT_FOUND');
  });

  it('When npm run dlq is used, then it lists, shows and replays, and says what is wrong', async () => {
    const dlq = (...words: string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['apps/embedded/dlq.main.ts', ...words], {
        cwd: join(import.meta.dirname, '../..'),
        env: { ...process.env, SHOP_URL: open.shop.url },
        encoding: 'utf8',
      });
      return { status, said: stdout + stderr };
    };
    const listed = dlq();
    expect(listed.status).toBe(0);
    const [id] = /^[0-9a-f-]{36}/.exec(listed.said) ?? [];
    expect(listed.said.trim().split('\n')).toHaveLength(hearers.length);
    expect(JSON.parse(dlq('show', id ?? '').said)).toMatchObject({ id, event: { type: 'product.updated' } });
    expect(dlq('replay', '--all')).toMatchObject({ status: 0, said: expect.stringContaining('was sent again') });
    expect(dlq('replay')).toMatchObject({ status: 1, said: expect.stringContaining('usage:') });
    expect(dlq('replay', 'nothing')).toMatchObject({ status: 1, said: expect.stringContaining('VALIDATION_FAILED') });
    expect(dlq('--none')).toMatchObject({ status: 1, said: expect.stringContaining("Unknown option '--none'") });
  });
});
