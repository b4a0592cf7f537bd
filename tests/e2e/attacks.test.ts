import { describe, expect, it } from 'vitest';
import { auditShop } from '../support/audit.ts';
import {
  type Client,
  call,
  customer,
  eventually,
  guest,
  login,
  product,
  type Reply,
  stockOf,
  times,
} from '../support/client.ts';
import { settled } from '../support/everything.ts';
import { openShop } from '../support/open-shop.ts';

const open = openShop();

const password = 'correct horse battery';
const usd = (amount: number) => ({ amount, currency: 'USD' });
const count = <T>(values: readonly T[], check: (value: T) => boolean) => values.filter(check).length;
const unitsIn = async (...carts: Client[]): Promise<number> => {
  const replies = await Promise.all(carts.map((one) => one.get('/cart')));
  return replies
    .flatMap(({ body }) => body.items as { quantity: number }[])
    .reduce((sum, { quantity }) => sum + quantity, 0);
};
const voucher = async (code: string, fields: object = {}): Promise<string> => {
  const draft = { code, type: 'percentage', value: 1000, scope: { kind: 'order' }, ...fields };
  expect((await open.seller.post('/vouchers', draft)).status).toBe(201);
  return code;
};

describe('Somebody who wants goods and the money back', () => {
  it('When orders are cancelled while they are placed and while they are shipped, then each is sent or paid back, never both', async () => {
    const buyersCount = 24;
    const { sku } = await product(open.seller, { stock: buyersCount });
    const code = await voucher('RACE-SHIP', { usageLimit: buyersCount });
    const race = async (index: number) => {
      const buyer = await guest(open.shop.url);
      await buyer.add(sku);
      await buyer.put(`/cart/vouchers/${code}`);
      const { orderId } = (await buyer.checkout({ headers: { Prefer: 'respond-async' } })).body;
      // Until it is decided; the order is not there yet when the first of them comes.
      const insist = async (send: () => Promise<Reply>) => {
        for (;;) {
          const reply = await send();
          const early = reply.status === 404 || reply.body.cancelRequested || reply.body.code === 'INVALID_TRANSITION';
          const { body } = await buyer.get(`/orders/${orderId}`);
          if (!early || ['cancelled', 'shipped'].includes(body.status)) return reply;
        }
      };
      const cancel = () => insist(() => buyer.post(`/orders/${orderId}/cancel`));
      const ship = () => insist(() => open.seller.post(`/orders/${orderId}/ship`));
      await Promise.all(index % 3 === 0 ? [cancel(), cancel()] : [ship(), cancel()]);
      return { buyer, orderId };
    };
    const races = await times(buyersCount, race);
    await settled(open.seller);
    const orders = await Promise.all(
      races.map(async ({ buyer, orderId }) => (await buyer.get(`/orders/${orderId}`)).body),
    );
    const statuses = orders.map(({ history }) => history.map(({ status }: { status: string }) => status).join());
    const ends = ['created,confirmed,cancelled', 'created,confirmed,shipped'];
    expect(statuses.filter((history) => !ends.includes(history))).toEqual([]);
    const shipped = count(orders, ({ status }) => status === 'shipped');
    expect(await stockOf(open.shop.url, sku)).toMatchObject({ onHand: buyersCount - shipped, reserved: 0 });
    expect((await open.seller.get(`/vouchers/${code}`)).body.used).toBe(shipped);
    expect(await auditShop(open.shop)).toEqual([]);
  }, 60_000);

  it('When one cart is bought ten times at once with ten keys, then there is one order', async () => {
    const { sku } = await product(open.seller, { stock: 50 });
    const kim = await customer(open.shop.url);
    await kim.add(sku, 3);
    const replies = await times(10, () => kim.checkout());
    expect(count(replies, ({ status }) => status === 201)).toBe(1);
    expect((await kim.get('/orders')).body.items).toHaveLength(1);
    await settled(open.seller);
    expect(await stockOf(open.shop.url, sku)).toMatchObject({ onHand: 47, reserved: 0 });
  });
});

describe('Somebody who wants a voucher more often than it is given', () => {
  it('When a code is written in several ways, then it is in the cart once and counts once', async () => {
    const { sku } = await product(open.seller, { price: 1000 });
    await voucher('TWICE');
    const kim = await guest(open.shop.url);
    await kim.add(sku);
    for (const written of [
      'TWICE',
      'twice',
      'Twice',
      '%20twice%20',
      encodeURIComponent('\uff34\uff37\uff29\uff23\uff25'),
    ])
      expect((await kim.put(`/cart/vouchers/${written}`)).body.vouchers).toEqual(['TWICE']);
    expect((await kim.get('/cart/quote')).body.total).toEqual(usd(900));
    expect((await kim.checkout()).body.order.total).toEqual(usd(900));
    expect((await open.seller.get('/vouchers/TWICE')).body.used).toBe(1);
  });

  it('When a voucher of one use a person goes along from guest to customer and through two sign-ins, then it works once', async () => {
    const { sku } = await product(open.seller);
    await voucher('PERSON', { perUserLimit: 1 });
    const email = 'once@example.com';
    const visitor = await guest(open.shop.url);
    await visitor.add(sku);
    // As a guest it waits in the cart, and does not count.
    expect((await visitor.put('/cart/vouchers/PERSON')).status).toBe(200);
    expect((await visitor.checkout()).body).toMatchObject({
      code: 'VOUCHER_REJECTED',
      errors: [{ code: 'PERSON', reason: 'SIGN_IN_REQUIRED' }],
    });
    expect((await visitor.post('/auth/register', { email, password, name: 'Kim' })).status).toBe(201);
    const kim = await login(open.shop.url, email, password);
    expect((await kim.checkout()).status).toBe(201);
    // The old guest's token is still good for a while, and is the same person.
    await visitor.add(sku);
    expect((await visitor.put('/cart/vouchers/PERSON')).status).toBe(200);
    expect((await visitor.checkout()).body.errors).toEqual([{ code: 'PERSON', reason: 'SIGN_IN_REQUIRED' }]);
    expect((await kim.checkout()).body.errors).toEqual([{ code: 'PERSON', reason: 'PER_USER_LIMIT' }]);
    // Nor does it come back in the cart of another guest.
    const second = await guest(open.shop.url);
    await second.add(sku);
    await second.put('/cart/vouchers/PERSON');
    expect((await second.post('/auth/login', { email, password })).body.cartMerged).toBe(true);
    expect((await kim.checkout()).body.errors).toEqual([{ code: 'PERSON', reason: 'PER_USER_LIMIT' }]);
    expect((await open.seller.get('/vouchers/PERSON')).body.used).toBe(1);
  });

  it('When a voucher is meant for somebody else, or takes more off than there is, then it gives nothing and no money back', async () => {
    const { sku } = await product(open.seller, { price: 500 });
    const kim = await customer(open.shop.url);
    const lea = await customer(open.shop.url);
    await voucher('FOR-KIM', { userIds: [kim.userId] });
    await voucher('HUGE', { type: 'fixed_amount', value: usd(100_000), priority: 1 });
    await voucher('ALL', { value: 10_000, priority: 2 });
    await lea.add(sku);
    expect((await lea.put('/cart/vouchers/FOR-KIM')).body.errors).toEqual([{ code: 'FOR-KIM', reason: 'WRONG_USER' }]);
    for (const code of ['HUGE', 'ALL']) expect((await lea.put(`/cart/vouchers/${code}`)).status).toBe(200);
    // Nothing is left for the second to take off.
    expect((await lea.get('/cart/quote')).body).toMatchObject({
      total: usd(0),
      discountTotal: usd(500),
      rejected: [{ code: 'ALL', reason: 'NOT_APPLICABLE' }],
    });
    await lea.del('/cart/vouchers/ALL');
    expect((await lea.checkout()).body.order).toMatchObject({ total: usd(0), discountTotal: usd(500) });
  });
});

describe('Somebody who wants more units than were put into carts', () => {
  it('When a guest signs in as two people at once, and buys meanwhile, then each unit is in one cart or one order', async () => {
    const { sku } = await product(open.seller, { stock: 1000 });
    const emails = ['one@example.com', 'two@example.com'];
    const people = await Promise.all(emails.map((email) => customer(open.shop.url, email)));
    for (let round = 0; round < 5; round++) {
      const visitor = await guest(open.shop.url);
      await visitor.add(sku, 3);
      const before = await unitsIn(visitor, ...people);
      const [bought] = await Promise.all([
        visitor.checkout(),
        ...emails.map((email) => visitor.post('/auth/login', { email, password })),
      ]);
      const ordered = bought.status === 201 ? bought.body.order.lines[0].quantity : 0;
      await eventually(
        async () => (await unitsIn(visitor, ...people)) + ordered,
        (units) => units === before,
      );
    }
    expect(await auditShop(open.shop)).toEqual([]);
  });

  it('When a merge would go beyond 999 of a line, then it stops there', async () => {
    const { sku } = await product(open.seller, { stock: 5000 });
    const email = 'many@example.com';
    const kim = await customer(open.shop.url, email);
    await kim.add(sku, 998);
    const visitor = await guest(open.shop.url);
    await visitor.add(sku, 500);
    expect((await visitor.post('/auth/login', { email, password })).body.cartMerged).toBe(true);
    expect(await unitsIn(kim)).toBe(999);
    expect((await kim.post('/cart/items', { sku, quantity: 1 })).body.code).toBe('QUANTITY_LIMIT');
    expect((await kim.checkout()).body.order.total).toEqual(usd(999_000));
  });
});

describe('Somebody who wants yesterday’s price', () => {
  it('When prices change again and again while buyers buy, then nobody pays a price that they were not shown', async () => {
    const { sku, product: made } = await product(open.seller, { stock: 1000, price: 1000 });
    let selling = true;
    const seller = async () => {
      for (let price = 1001; selling; price++) {
        const variants = [{ sku, price: usd(price), options: {} }];
        expect((await open.seller.patch(`/products/${made.id}`, { variants })).status).toBe(200);
      }
    };
    const buy = async () => {
      const kim = await guest(open.shop.url);
      await kim.add(sku);
      for (let tries = 0; tries < 20; tries++) {
        const { subtotal } = (await kim.get('/cart')).body;
        const { status, body } = await kim.checkout({ body: { expectedTotal: subtotal } });
        if (status === 201) {
          expect(body.order.total).toEqual(subtotal);
          return;
        }
        expect(['PRICE_CHANGED', 'TOTAL_CHANGED']).toContain(body.code);
      }
    };
    const changing = seller();
    await times(10, buy);
    selling = false;
    await changing;
    expect(await auditShop(open.shop)).toEqual([]);
  }, 60_000);

  it('When a product is no longer sold, then a cart that has it, an old tab or a copied request buy nothing', async () => {
    const kim = await guest(open.shop.url);
    for (const status of ['draft', 'archived']) {
      const { sku, product: made } = await product(open.seller, { stock: 10 });
      await kim.add(sku);
      await open.seller.patch(`/products/${made.id}`, { status });
      await settled(open.seller);
      expect((await kim.checkout()).body.code).toBe('PRODUCT_UNAVAILABLE');
      expect((await kim.post('/cart/items', { sku, quantity: 1 })).body.code).toBe('SKU_UNKNOWN');
      await kim.del(`/cart/items/${sku}`);
      expect(await stockOf(open.shop.url, sku)).toMatchObject({ onHand: 10, reserved: 0 });
    }
  });
});

describe('Somebody who has found a token', () => {
  it('When a refresh token that was used is used again, then whoever has its successor is signed out as well', async () => {
    const kim = await customer(open.shop.url);
    const turn = (refreshToken: string) =>
      call(open.shop.url, 'POST', '/api/v1/auth/refresh', { body: { refreshToken } });
    const replies = await times(20, () => turn(kim.refreshToken));
    expect(count(replies, ({ status }) => status === 200)).toBe(1);
    const successor = replies.find(({ status }) => status === 200)?.body.refreshToken;
    expect((await turn(successor)).body.code).toBe('UNAUTHENTICATED');
  });

  it('When somebody knows the id of an order, a checkout and its key, then all of them are another user’s', async () => {
    const { sku } = await product(open.seller, { stock: 10 });
    const [kim, eve] = [await customer(open.shop.url), await customer(open.shop.url)];
    await kim.add(sku);
    const { id, orderId } = (await kim.checkout({ key: 'known' })).body;
    expect((await eve.checkout({ key: 'known' })).body.code).toBe('CART_EMPTY');
    for (const [method, path] of [
      ['GET', `/orders/${orderId}`],
      ['POST', `/orders/${orderId}/cancel`],
      ['GET', `/checkouts/${id}`],
      ['GET', `/checkouts/${id}/events`],
    ] as const)
      expect((await eve.call(method, path, { body: method === 'POST' ? {} : undefined })).status).toBe(404);
    for (const path of [`/orders/${orderId}/ship`, `/orders/${orderId}/deliver`, `/checkouts/${id}/retry`])
      expect((await kim.post(path)).body.code).toBe('FORBIDDEN');
    expect((await eve.get(`/orders?userId=${kim.userId}`)).body.items).toEqual([]);
  });
});
