import { serve, type TestRequest, type TestServer, testServiceToken } from '@shop/platform/testing/http.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cartInternalRoutes, cartRoutes } from './routes.ts';
import { cartWorld, newSaga, newUser } from './testing/world.ts';

let world: Awaited<ReturnType<typeof cartWorld>>;
let server: TestServer;

beforeAll(async () => {
  world = await cartWorld();
  server = await serve([...cartRoutes(world.service), ...cartInternalRoutes(world.service)]);
});
afterAll(() => server.close());

const signedIn = async (role: 'guest' | 'customer' | 'admin' = 'customer') => {
  const user = newUser(role);
  const token = await server.tokens.as(user);
  const call = (method: string, path: string, body?: unknown, headers?: TestRequest['headers']) =>
    server.request(method, path, { token, body, headers });
  return { user, call };
};

const usd = (amount: number) => ({ amount, currency: 'USD' });

describe('a cart over HTTP', () => {
  it('When a user has never used the cart, then it is empty, and looking at it stores nothing', async () => {
    const { user, call } = await signedIn('guest');
    const { status, body, headers } = await call('GET', '/cart');
    expect(status).toBe(200);
    expect(body).toEqual({
      id: user.id,
      userId: user.id,
      cartNo: 1,
      status: 'open',
      items: [],
      vouchers: [],
      subtotal: usd(0),
      currency: 'USD',
      version: 0,
      updatedAt: null,
    });
    expect(headers.get('etag')).toMatch(/^"0-/);
    expect(await world.store.find(user.id)).toBeUndefined();
    expect((await call('GET', '/cart/quote')).body).toMatchObject({ lines: [], total: usd(0) });
  });

  it('When items are added, set and removed, then every write answers the whole cart', async () => {
    const { call } = await signedIn();
    const added = await call('POST', '/cart/items', { sku: 'MUG', quantity: 2 });
    expect(added.status).toBe(200);
    expect(added.body.items).toEqual([
      {
        sku: 'MUG',
        productId: 'product-of-MUG',
        title: 'The MUG',
        imageUrl: 'https://pictures.test/MUG.jpg',
        quantity: 2,
        unitPrice: usd(1_000),
        lineTotal: usd(2_000),
        available: true,
        priceChanged: false,
      },
    ]);
    expect((await call('PUT', '/cart/items/TEE', { quantity: 3 })).body.subtotal).toEqual(usd(5_000));
    expect((await call('PUT', '/cart/items/MUG', { quantity: 0 })).body.items).toHaveLength(1);
    expect((await call('DELETE', '/cart/items/MUG')).status).toBe(200);
    expect((await call('DELETE', '/cart/items/TEE')).body).toMatchObject({ items: [], version: 4 });
    await call('POST', '/cart/items', { sku: 'MUG', quantity: 1 });
    await call('PUT', '/cart/vouchers/TEN');
    expect((await call('DELETE', '/cart')).body).toMatchObject({ items: [], vouchers: [], cartNo: 1, version: 7 });
    expect((await call('DELETE', '/cart')).body.version).toBe(7);
  });

  it('When a SKU is odd but on sale, then its path carries it', async () => {
    const { call } = await signedIn();
    const sku = 'A/B 50% ☕';
    await world.change(sku, { price: 100 });
    const path = `/cart/items/${encodeURIComponent(sku)}`;
    expect((await call('PUT', path, { quantity: 1 })).body.items[0].sku).toBe(sku);
    expect((await call('DELETE', path)).body.items).toEqual([]);
  });

  it('When requests are not valid or name nothing, then they are refused with their codes', async () => {
    const { call } = await signedIn();
    const codeOf = async (...args: Parameters<typeof call>) => (await call(...args)).body.code;
    for (const quantity of [0, -1, 1.5, '5', 1_000, null]) {
      expect(await codeOf('POST', '/cart/items', { sku: 'MUG', quantity })).toBe('VALIDATION_FAILED');
    }
    expect(await codeOf('PUT', '/cart/items/MUG', { quantity: 1_000 })).toBe('VALIDATION_FAILED');
    expect(await codeOf('POST', '/cart/items', { sku: 'MUG', quantity: 1, price: 1 })).toBe('VALIDATION_FAILED');
    expect(await codeOf('PUT', '/cart/vouchers/no%20code')).toBe('VALIDATION_FAILED');
    expect(await call('POST', '/cart/items', { sku: 'NONE', quantity: 1 })).toMatchObject({
      status: 404,
      body: { code: 'SKU_UNKNOWN', errors: [{ sku: 'NONE' }] },
    });
    expect(await codeOf('PUT', '/cart/items/NONE', { quantity: 1 })).toBe('SKU_UNKNOWN');
    await call('POST', '/cart/items', { sku: 'MUG', quantity: 999 });
    expect(await call('POST', '/cart/items', { sku: 'MUG', quantity: 1 })).toMatchObject({
      status: 409,
      body: { code: 'QUANTITY_LIMIT' },
    });
    expect((await server.request('GET', '/cart')).status).toBe(401);
  });

  it('When If-Match is stale, then the write is refused with 412, and a current one passes', async () => {
    const { call } = await signedIn();
    const first = await call('POST', '/cart/items', { sku: 'MUG', quantity: 1 }, { 'If-Match': '"0-x"' });
    const etag = first.headers.get('etag') as string;
    expect((await call('DELETE', '/cart', undefined, { 'If-Match': etag })).status).toBe(200);
    for (const [method, path, body] of [
      ['POST', '/cart/items', { sku: 'MUG', quantity: 1 }],
      ['PUT', '/cart/items/MUG', { quantity: 1 }],
      ['DELETE', '/cart/items/MUG', undefined],
      ['PUT', '/cart/vouchers/TEN', undefined],
      ['DELETE', '/cart/vouchers/TEN', undefined],
      ['DELETE', '/cart', undefined],
    ] as const) {
      expect(await call(method, path, body, { 'If-Match': etag })).toMatchObject({
        status: 412,
        body: { code: 'VERSION_CONFLICT' },
      });
    }
  });

  it('When a cart has not changed, then GET answers 304; a new price makes it another', async () => {
    const { call } = await signedIn();
    await world.change('INK', { price: 100 });
    await call('POST', '/cart/items', { sku: 'INK', quantity: 1 });
    const etag = (await call('GET', '/cart')).headers.get('etag') as string;
    expect((await call('GET', '/cart', undefined, { 'If-None-Match': etag })).status).toBe(304);
    await world.change('INK', { price: 150 });
    const { status, body } = await call('GET', '/cart', undefined, { 'If-None-Match': etag });
    expect(status).toBe(200);
    expect(body.items[0]).toMatchObject({ priceChanged: true, unitPrice: usd(150), previousPrice: usd(100) });
  });

  it('When a checkout holds the cart, then every write answers 423 and reads go on', async () => {
    const { user, call } = await signedIn();
    await call('POST', '/cart/items', { sku: 'MUG', quantity: 1 });
    const saga = newSaga(user.id, world.now());
    await world.commands.lock(saga);
    for (const [method, path, body] of [
      ['POST', '/cart/items', { sku: 'NONE', quantity: 1 }],
      ['PUT', '/cart/items/MUG', { quantity: 1 }],
      ['PUT', '/cart/items/MUG', { quantity: 0 }],
      ['DELETE', '/cart/items/NONE', undefined],
      ['PUT', '/cart/vouchers/TEN', undefined],
      ['PUT', '/cart/vouchers/OLD', undefined],
      ['DELETE', '/cart/vouchers/TEN', undefined],
      ['DELETE', '/cart', undefined],
    ] as const) {
      expect(await call(method, path, body)).toMatchObject({
        status: 423,
        body: { code: 'CART_LOCKED', checkoutId: saga.sagaId },
      });
    }
    expect((await call('GET', '/cart')).body.status).toBe('locked');
    expect((await call('GET', '/cart/quote')).body.total).toEqual(usd(1_000));
  });
});

describe('vouchers over HTTP', () => {
  it('When a voucher works, then the quote takes it off, spread to the lines', async () => {
    const { call } = await signedIn();
    expect((await call('PUT', '/cart/vouchers/ten')).body.vouchers).toEqual(['TEN']);
    await call('POST', '/cart/items', { sku: 'MUG', quantity: 3 });
    expect((await call('PUT', `/cart/vouchers/${encodeURIComponent(' ＴＥＮ ')}`)).body.vouchers).toEqual(['TEN']);
    const line = { sku: 'MUG', quantity: 3, unitPrice: usd(1_000), discount: usd(1_000), total: usd(2_000) };
    expect((await call('GET', '/cart/quote')).body).toEqual({
      lines: [line],
      subtotal: usd(3_000),
      discounts: [{ code: 'TEN', amount: usd(1_000) }],
      rejected: [],
      discountTotal: usd(1_000),
      total: usd(2_000),
    });
    expect((await call('DELETE', '/cart/vouchers/Ten')).body.vouchers).toEqual([]);
    expect((await call('DELETE', '/cart/vouchers/Ten')).status).toBe(200);
  });

  it('When a code only looks like ASCII, or becomes ASCII in upper case, then it is no code', async () => {
    const { call } = await signedIn();
    // A dotless ı is I in upper case, and the Т is Cyrillic.
    for (const code of ['WıN', 'ТEN', 'TEN%00', 'ÀB'])
      expect(await call('PUT', `/cart/vouchers/${encodeURIComponent(code)}`)).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED' },
      });
  });

  it('When no cart can cure a voucher, then it is refused, and one that may work later is kept and explained', async () => {
    const { call } = await signedIn();
    for (const [code, reason] of [
      ['OLD', 'EXPIRED'],
      ['NOBODY', 'UNKNOWN'],
    ]) {
      expect(await call('PUT', `/cart/vouchers/${code}`)).toMatchObject({
        status: 409,
        body: { code: 'VOUCHER_REJECTED', errors: [{ code, reason }] },
      });
    }
    await call('PUT', '/cart/vouchers/BIG');
    const kept = await call('PUT', '/cart/vouchers/LATER');
    expect(kept.body).toMatchObject({ vouchers: ['BIG', 'LATER'], version: 2 });
    expect((await call('GET', '/cart/quote')).body.rejected).toEqual([
      { code: 'BIG', reason: 'MIN_SUBTOTAL' },
      { code: 'LATER', reason: 'NOT_STARTED' },
    ]);
  });
});

describe('commands over HTTP', () => {
  it('When the order service locks and completes, then it is answered as in the process; others are turned away', async () => {
    const { user, call } = await signedIn();
    await call('POST', '/cart/items', { sku: 'MUG', quantity: 1 });
    const saga = newSaga(user.id, world.now());
    const { notAfter, ...plain } = saga;
    const command = (name: string, body: unknown) =>
      server.request('POST', `/internal/cart/${name}`, { token: testServiceToken, body });
    expect(await command('lock', saga)).toMatchObject({ status: 200, body: { ok: true, snapshot: { cartNo: 1 } } });
    expect(await command('lock', newSaga(user.id, world.now()))).toMatchObject({
      status: 409,
      body: { code: 'CHECKOUT_IN_PROGRESS', checkoutId: saga.sagaId },
    });
    expect(await command('complete', plain)).toMatchObject({ status: 200, body: { ok: true } });
    expect(await command('lock', newSaga(user.id, world.now()))).toMatchObject({
      status: 422,
      body: { code: 'CART_EMPTY' },
    });
    expect(await command('lock', { ...saga, notAfter: 'soon' })).toMatchObject({ status: 400 });
    const merge = { fromUserId: user.id, toUserId: newUser().id };
    expect(await command('merge', merge)).toMatchObject({ status: 200, body: { merged: true } });
    expect((await call('POST', '/internal/cart/merge', merge)).status).toBe(401);
    expect(notAfter).toBe(saga.notAfter);
  });
});
