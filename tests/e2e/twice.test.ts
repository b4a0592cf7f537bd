import { describe, expect, it } from 'vitest';
import { auditShop, queryShop } from '../support/audit.ts';
import { customer, eventually, product } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';

const open = openShop();

const settled = () =>
  eventually(
    async () => (await open.seller.get('/admin/overview')).body,
    ({ lag, outbox }) =>
      lag.every(({ behind }: { behind: number }) => behind === 0) &&
      outbox.every(({ depth }: { depth: number }) => depth === 0),
    20_000,
  );

/** Lets every group hear everything again, from the first event on. */
const rewind = async () => {
  await queryShop(open.shop, 'events', 'update log_offsets set done = 0');
  await settled();
};

/** What a user would see change if an event took effect twice. */
const everything = async () => ({
  stock: await queryShop(open.shop, 'inventory', 'select sku, on_hand, reserved, status from stock order by sku'),
  ledger: await queryShop(
    open.shop,
    'inventory',
    'select sku, kind, delta_on_hand, delta_reserved from movements order by id',
  ),
  holds: await queryShop(open.shop, 'inventory', 'select saga_id, state from reservations order by saga_id'),
  uses: await queryShop(open.shop, 'discount', 'select code, used from vouchers order by code'),
  redemptions: await queryShop(open.shop, 'discount', 'select saga_id, released_at from redemptions order by saga_id'),
  carts: await queryShop(
    open.shop,
    'cart',
    `select user_id, document->'lines' as lines, document->'cartNo' as number, document->'lock' as lock from carts order by user_id`,
  ),
  catalogue: await queryShop(open.shop, 'cart', 'select id, version, product from catalogue_products order by id'),
  orders: await queryShop(open.shop, 'order', 'select id, status, version from orders order by id'),
  sagas: await queryShop(open.shop, 'order', 'select id, state, version from sagas order by id'),
});

describe('Every event delivered again, late', () => {
  it('When all groups hear everything once more, with their inboxes and without, then nothing takes effect twice', async () => {
    const { sku, product: made } = await product(open.seller, { stock: 20 });
    const { sku: scarce } = await product(open.seller, { stock: 0 });
    const { product: gone } = await product(open.seller, { stock: 3 });
    await open.seller.post('/vouchers', { code: 'AGAIN', type: 'percentage', value: 1000, scope: { kind: 'order' } });
    const buy = async (wanted: string) => {
      const buyer = await customer(open.shop.url);
      await buyer.add(wanted, 2);
      await buyer.put('/cart/vouchers/AGAIN');
      return { buyer, reply: await buyer.checkout() };
    };
    const kept = await buy(sku);
    expect(kept.reply.status).toBe(201);
    const { buyer, reply } = await buy(sku);
    expect((await buyer.post(`/orders/${reply.body.orderId}/cancel`)).status).toBe(200);
    expect((await buy(scarce)).reply.body.code).toBe('OUT_OF_STOCK');
    await open.seller.post(`/orders/${kept.reply.body.orderId}/ship`);
    await open.seller.patch(`/products/${made.id}`, { title: 'Renamed' });
    await open.seller.del(`/products/${gone.id}`);
    await kept.buyer.add(sku);
    expect(await auditShop(open.shop)).toEqual([]);
    await settled();

    const before = await everything();
    await rewind();
    expect(await everything()).toEqual(before);

    // Older than any inbox remembers: what remains is each aggregate's version and state.
    for (const name of ['inventory', 'discount'] as const) await queryShop(open.shop, name, 'delete from inbox');
    await rewind();
    const heard = await queryShop<{ count: number }>(
      open.shop,
      'inventory',
      'select count(*)::int as count from inbox',
    );
    expect(heard[0]?.count).toBeGreaterThan(5);
    expect(await everything()).toEqual(before);
    expect(await auditShop(open.shop)).toEqual([]);

    const next = await customer(open.shop.url);
    await next.add(sku, 2);
    expect((await next.checkout()).status).toBe(201);
  }, 90_000);
});
