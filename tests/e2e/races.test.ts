import { describe, expect, it } from 'vitest';
import { auditShop } from '../support/audit.ts';
import { type Client, customer, eventually, guest, login, product, stockOf, times } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';

const open = openShop();

const count = <T>(values: T[], check: (value: T) => boolean) => values.filter(check).length;

describe('Many buyers at once', () => {
  it('When 40 buyers want the last 10 units, then exactly 10 get them and 30 keep their cart', async () => {
    const { sku } = await product(open.seller, { stock: 10 });
    const buyers = await times(40, () => guest(open.shop.url));
    await times(40, (index) => (buyers[index] as Client).add(sku));
    const replies = await times(40, (index) => (buyers[index] as Client).checkout());
    expect(count(replies, ({ status }) => status === 201)).toBe(10);
    const refused = replies.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(30);
    for (const { body } of refused) {
      expect(body.code).toBe('OUT_OF_STOCK');
      expect(body.errors).toEqual([{ sku, requested: 1, available: 0 }]);
      expect(body.checkoutId).toBeDefined();
    }
    await eventually(
      () => stockOf(open.shop.url, sku),
      (stock) => stock.onHand === 0 && stock.reserved === 0,
    );
    for (const [index, { status }] of replies.entries()) {
      if (status === 201) continue;
      const cart = await (buyers[index] as Client).get('/cart');
      expect(cart.body).toMatchObject({ status: 'open', items: [{ sku, quantity: 1 }] });
    }
    expect(await auditShop(open.shop)).toEqual([]);
  });

  it('When carts of several SKUs meet in opposite order, then nobody meets a deadlock', async () => {
    const skus = await Promise.all(
      Array.from({ length: 4 }, async () => (await product(open.seller, { stock: 500 })).sku),
    );
    const buyers = await times(30, () => guest(open.shop.url));
    await times(30, async (index) => {
      for (const sku of index % 2 ? skus : [...skus].reverse()) await (buyers[index] as Client).add(sku, 2);
    });
    const replies = await times(30, (index) => (buyers[index] as Client).checkout());
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 201));
    for (const sku of skus)
      await eventually(
        () => stockOf(open.shop.url, sku),
        (stock) => stock.onHand === 440 && stock.reserved === 0,
      );
    expect(await auditShop(open.shop)).toEqual([]);
  });

  it('When 30 buyers share a voucher of 5 uses, then exactly 5 orders have it', async () => {
    const { sku } = await product(open.seller);
    await open.seller.post('/vouchers', {
      code: 'FIVE',
      type: 'percentage',
      value: 1000,
      scope: { kind: 'order' },
      usageLimit: 5,
    });
    const buyers = await times(30, () => guest(open.shop.url));
    await times(30, async (index) => {
      await (buyers[index] as Client).add(sku);
      expect((await (buyers[index] as Client).put('/cart/vouchers/FIVE')).status).toBe(200);
    });
    const replies = await times(30, (index) => (buyers[index] as Client).checkout());
    expect(count(replies, ({ status }) => status === 201)).toBe(5);
    for (const { status, body } of replies) {
      if (status === 201)
        expect(body.order.vouchers).toEqual([{ code: 'FIVE', amount: { amount: 100, currency: 'USD' } }]);
      else expect(body).toMatchObject({ code: 'VOUCHER_REJECTED', errors: [{ code: 'FIVE', reason: 'USAGE_LIMIT' }] });
    }
    expect((await open.seller.get('/vouchers/FIVE')).body.used).toBe(5);
    expect(await auditShop(open.shop)).toEqual([]);
  });

  it("When one user's two devices use a voucher of one use a user, then it works once", async () => {
    const { sku } = await product(open.seller);
    await open.seller.post('/vouchers', {
      code: 'ONCE',
      type: 'percentage',
      value: 500,
      scope: { kind: 'order' },
      perUserLimit: 1,
    });
    const email = 'two-devices@example.com';
    const phone = await customer(open.shop.url, email);
    const laptop = await login(open.shop.url, email, 'correct horse battery');
    await phone.add(sku);
    await phone.put('/cart/vouchers/ONCE');
    const replies = await Promise.all([phone.checkout(), laptop.checkout()]);
    expect(count(replies, ({ status }) => status === 201)).toBe(1);
    await phone.add(sku);
    const refused = await laptop.put('/cart/vouchers/ONCE');
    expect(refused.body).toMatchObject({
      code: 'VOUCHER_REJECTED',
      errors: [{ code: 'ONCE', reason: 'PER_USER_LIMIT' }],
    });
    expect((await open.seller.get('/vouchers/ONCE')).body.used).toBe(1);
  });

  it('When 20 adds come at once without If-Match, then all count; a stale If-Match is refused', async () => {
    const { sku } = await product(open.seller);
    const kim = await guest(open.shop.url);
    const first = await kim.post('/cart/items', { sku, quantity: 1 });
    await times(20, async () => expect((await kim.post('/cart/items', { sku, quantity: 2 })).status).toBe(200));
    expect((await kim.get('/cart')).body.items).toMatchObject([{ sku, quantity: 41 }]);
    const stale = await kim.put(`/cart/items/${sku}`, { quantity: 5 }, { 'If-Match': first.headers.get('etag') ?? '' });
    expect([stale.status, stale.body.code]).toEqual([412, 'VERSION_CONFLICT']);
    const now = await kim.get('/cart');
    const fresh = await kim.put(`/cart/items/${sku}`, { quantity: 5 }, { 'If-Match': now.headers.get('etag') ?? '' });
    expect(fresh.body.items).toMatchObject([{ sku, quantity: 5 }]);
  });

  it('When adds race with a checkout, then each acknowledged add is in the order or in the next cart', async () => {
    const { sku } = await product(open.seller, { stock: 1000 });
    const kim = await guest(open.shop.url);
    await kim.add(sku, 1);
    const [checkout, ...adds] = await Promise.all([
      kim.checkout(),
      ...Array.from({ length: 10 }, () => kim.post('/cart/items', { sku, quantity: 1 })),
    ]);
    expect(checkout.status).toBe(201);
    for (const { status } of adds) expect([200, 423]).toContain(status);
    const ordered = checkout.body.order.lines.reduce(
      (sum: number, line: { quantity: number }) => sum + line.quantity,
      0,
    );
    const left = (await kim.get('/cart')).body.items.reduce(
      (sum: number, item: { quantity: number }) => sum + item.quantity,
      0,
    );
    expect(ordered + left).toBe(1 + count(adds, ({ status }) => status === 200));
  });
});
