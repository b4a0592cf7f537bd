import { describe, expect, it } from 'vitest';
import { auditShop, queryShop } from '../support/audit.ts';
import { customer, product } from '../support/client.ts';
import { everything, settled } from '../support/everything.ts';
import { openShop } from '../support/open-shop.ts';

const open = openShop();

/** Lets every group hear everything again, from the first event on. */
const rewind = async () => {
  await queryShop(open.shop, 'events', 'update log_offsets set done = 0');
  await settled(open.seller);
};

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
    await settled(open.seller);

    const before = await everything(open.shop);
    await rewind();
    expect(await everything(open.shop)).toEqual(before);

    // Older than any inbox remembers: what remains is each aggregate's version and state.
    for (const name of ['inventory', 'discount'] as const) await queryShop(open.shop, name, 'delete from inbox');
    await rewind();
    const heard = await queryShop<{ count: number }>(
      open.shop,
      'inventory',
      'select count(*)::int as count from inbox',
    );
    expect(heard[0]?.count).toBeGreaterThan(5);
    expect(await everything(open.shop)).toEqual(before);
    expect(await auditShop(open.shop)).toEqual([]);

    const next = await customer(open.shop.url);
    await next.add(sku, 2);
    expect((await next.checkout()).status).toBe(201);
  }, 90_000);
});
