import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { auditShop } from '../support/audit.ts';
import { customer, eventually, product, stockOf, times } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';

const open = openShop();

describe('A checkout sent more than once', () => {
  it('When it is sent 10 times at once with one key, then there is one order and ten equal answers', async () => {
    const { sku } = await product(open.seller);
    const kim = await customer(open.shop.url);
    await kim.add(sku, 3);
    const key = randomUUID();
    const replies = await times(10, () => kim.checkout({ key }));
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201));
    for (const { body } of replies) expect(body).toEqual(replies[0]?.body);
    expect((await kim.checkout({ key })).body).toEqual(replies[0]?.body);
    expect((await kim.get('/orders')).body.items).toHaveLength(1);
    await eventually(
      () => stockOf(open.shop.url, sku),
      (stock) => stock.onHand === 97 && stock.reserved === 0,
    );
  });

  it('When two tabs send it with two keys, then there is one order and one refusal', async () => {
    const { sku } = await product(open.seller);
    const kim = await customer(open.shop.url);
    await kim.add(sku);
    const replies = await times(2, () => kim.checkout());
    const [refused] = replies.filter(({ status }) => status !== 201);
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(['CHECKOUT_IN_PROGRESS', 'CART_EMPTY']).toContain(refused?.body.code);
    expect((await kim.get('/orders')).body.items).toHaveLength(1);
  });

  it('When the key comes again with another body, then it is refused and nothing happens', async () => {
    const { sku } = await product(open.seller);
    const kim = await customer(open.shop.url);
    await kim.add(sku);
    const key = randomUUID();
    expect((await kim.checkout({ key })).status).toBe(201);
    await kim.add(sku);
    const reused = await kim.checkout({ key, body: { contact: { email: 'kim@example.com', name: 'Kim' } } });
    expect([reused.status, reused.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect((await kim.get('/cart')).body.items).toHaveLength(1);
  });

  it('When a refusal is asked for again, then it is the same, even after the stock is back', async () => {
    const { sku } = await product(open.seller, { stock: 0 });
    const kim = await customer(open.shop.url);
    await kim.add(sku);
    const key = randomUUID();
    const refused = await kim.checkout({ key });
    expect([refused.status, refused.body.code]).toEqual([409, 'OUT_OF_STOCK']);
    expect((await open.seller.post(`/inventory/${sku}/adjustments`, { delta: 5, reason: 'receipt' })).status).toBe(201);
    expect((await kim.checkout({ key })).body).toEqual(refused.body);
    expect((await kim.checkout()).status).toBe(201);
  });

  it('When another user sends the same key, then it is a checkout of its own', async () => {
    const { sku } = await product(open.seller);
    const key = randomUUID();
    const replies = await times(2, async () => {
      const buyer = await customer(open.shop.url);
      await buyer.add(sku);
      return buyer.checkout({ key });
    });
    expect(replies.map(({ status }) => status)).toEqual([201, 201]);
    expect(replies[0]?.body.id).not.toBe(replies[1]?.body.id);
  });

  it('When an adjustment or a cancel is repeated with its key, then it takes effect once', async () => {
    const { sku } = await product(open.seller, { stock: 10 });
    const headers = { 'Idempotency-Key': randomUUID() };
    const replies = await times(5, () =>
      open.seller.post(`/inventory/${sku}/adjustments`, { delta: 5, reason: 'receipt' }, headers),
    );
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201));
    expect((await stockOf(open.shop.url, sku)).onHand).toBe(15);
    const other = await open.seller.post(`/inventory/${sku}/adjustments`, { delta: 6, reason: 'receipt' }, headers);
    expect(other.body.code).toBe('IDEMPOTENCY_KEY_REUSED');

    const kim = await customer(open.shop.url);
    await kim.add(sku);
    const { orderId } = (await kim.checkout()).body;
    const cancels = await times(5, () => kim.post(`/orders/${orderId}/cancel`, {}, headers));
    expect(cancels.map(({ status }) => status)).toEqual(cancels.map(() => 200));
    await eventually(
      () => stockOf(open.shop.url, sku),
      (stock) => stock.onHand === 15 && stock.reserved === 0,
    );
    expect(await auditShop(open.shop)).toEqual([]);
  });
});
