import { serve, type TestServer, testServiceToken } from '@shop/platform/testing/http.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventoryInternalRoutes, inventoryRoutes } from './routes.ts';
import { newSaga, productFact, productOf } from './testing/facts.ts';
import { openShop, type ShopOnPostgres } from './testing/shop.ts';

let shop: ShopOnPostgres;
let server: TestServer;
let admin: string;
let buyer: string;
const adminId = systemIds.uuid();

beforeAll(async () => {
  shop = await openShop();
  const { inventory } = shop;
  server = await serve([...inventoryRoutes(inventory), ...inventoryInternalRoutes(inventory)]);
  admin = await server.tokens.as({ id: adminId, role: 'admin' });
  buyer = await server.tokens.as({ id: systemIds.uuid(), role: 'customer' });
  const stock = { 'MUG-A': 5, 'MUG-B': 2, MUG_C: 1, 'TEA/GREEN 100%': 9 };
  await shop.deliver(productFact(productOf({ stock })));
});
afterAll(() => server.close());

const skusIn = (items: { sku: string }[]) => items.map(({ sku }) => sku);

describe('GET /inventory/:sku', () => {
  it('When anybody asks for a SKU, then its levels are told', async () => {
    const { status, body } = await server.request('GET', '/inventory/MUG-A');
    expect(status).toBe(200);
    expect(body).toMatchObject({ sku: 'MUG-A', onHand: 5, reserved: 0, available: 5, status: 'active', version: 1 });
    const odd = await server.request('GET', `/inventory/${encodeURIComponent('TEA/GREEN 100%')}`);
    expect(odd.body).toMatchObject({ sku: 'TEA/GREEN 100%', onHand: 9 });
  });

  it('When a product has just been made, then it is answered; when nobody knows it, then it is 404', async () => {
    shop.catalogue.push(productOf({ stock: { 'NEW-1': 3 } }));
    expect((await server.request('GET', '/inventory/NEW-1')).body).toMatchObject({ onHand: 3 });
    const unknown = await server.request('GET', '/inventory/NEW-2');
    expect([unknown.status, unknown.body.code]).toEqual([404, 'SKU_UNKNOWN']);
  });
});

describe('GET /inventory', () => {
  it('When SKUs are named, then they are listed and unknown ones left out', async () => {
    const { body } = await server.request('GET', '/inventory?skus=MUG-B,NOPE,MUG-A,MUG-B');
    expect(skusIn(body.items)).toEqual(['MUG-A', 'MUG-B']);
    expect(body.nextCursor).toBe(null);
  });

  it.each([
    'skus=',
    'skus=a,,b',
    `skus=${Array.from({ length: 101 }, (_, n) => `s${n}`)}`,
    'skus=a&search=b',
    'q=1',
    '',
  ])('When a visitor asks with "%s", then the request is not valid', async (query) => {
    const { status, body } = await server.request('GET', `/inventory?${query}`);
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('When somebody else than an admin searches, then it is refused', async () => {
    expect((await server.request('GET', '/inventory?search=MUG')).status).toBe(401);
    expect((await server.request('GET', '/inventory?search=MUG', { token: buyer })).status).toBe(403);
    expect((await server.request('GET', '/inventory', { token: buyer })).status).toBe(400);
  });

  it('When an admin searches, then the SKUs that begin so come in pages, nothing in it being a wildcard', async () => {
    const first = await server.request('GET', '/inventory?search=MUG&limit=2', { token: admin });
    expect(skusIn(first.body.items)).toEqual(['MUG-A', 'MUG-B']);
    const second = await server.request('GET', `/inventory?search=MUG&limit=2&cursor=${first.body.nextCursor}`, {
      token: admin,
    });
    expect(skusIn(second.body.items)).toEqual(['MUG_C']);
    expect(second.body.nextCursor).toBe(null);
    const literal = await server.request('GET', '/inventory?search=MUG_', { token: admin });
    expect(skusIn(literal.body.items)).toEqual(['MUG_C']);
    const other = await server.request('GET', `/inventory?cursor=${first.body.nextCursor}`, { token: admin });
    expect([other.status, other.body.code]).toEqual([400, 'INVALID_CURSOR']);
  });

  it('When an admin asks for nothing in particular, then all stock comes in pages', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await server.request('GET', `/inventory?limit=2${cursor}`, { token: admin });
      seen.push(...skusIn(body.items));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen).toContain('TEA/GREEN 100%');
  });
});

describe('POST /inventory/:sku/adjustments', () => {
  const adjust = (sku: string, body: unknown, headers: Record<string, string> = {}, token = admin) =>
    server.request('POST', `/inventory/${sku}/adjustments`, { token, body, headers });

  beforeAll(async () => {
    await shop.deliver(productFact(productOf({ stock: { ADJ: 10, FULL: 0 } })));
  });

  it('When an admin adjusts, then levels, ledger and event say so', async () => {
    const { status, body } = await adjust('ADJ', { delta: 5, reason: 'receipt', note: 'pallet 7' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ sku: 'ADJ', onHand: 15, available: 15, version: 2 });
    const ledger = await server.request('GET', '/inventory/ADJ/movements', { token: admin });
    expect(ledger.body.items).toMatchObject([
      { kind: 'receipt', deltaOnHand: 5, deltaReserved: 0, note: 'pallet 7', by: adminId },
      { kind: 'initial', deltaOnHand: 10 },
    ]);
    expect((await shop.said()).at(-1)).toEqual({
      type: 'inventory.adjusted',
      key: 'ADJ',
      data: { sku: 'ADJ', delta: 5, reason: 'receipt', onHand: 15, reserved: 0, available: 15, version: 2 },
    });
  });

  it('When it would go below what is reserved, then it is refused and nothing is used up', async () => {
    await shop.inventory.reserve({ ...newSaga(shop.clock.now()), lines: [{ sku: 'ADJ', quantity: 12 }] });
    const key = { 'Idempotency-Key': 'below' };
    const refused = await adjust('ADJ', { delta: -4, reason: 'damage' }, key);
    expect([refused.status, refused.body.code]).toEqual([409, 'INSUFFICIENT_STOCK']);
    expect(refused.body.errors).toEqual([{ sku: 'ADJ', requested: 4, available: 3 }]);
    await adjust('ADJ', { delta: 1, reason: 'return' });
    const again = await adjust('ADJ', { delta: -4, reason: 'damage' }, key);
    expect([again.status, again.body.onHand, again.body.available]).toEqual([201, 12, 0]);
  });

  it('When a key is repeated, also in parallel, then it takes effect once and answers the same', async () => {
    const before = (await server.request('GET', '/inventory/ADJ')).body.onHand;
    const body = { delta: 3, reason: 'receipt' };
    const replies = await Promise.all(Array.from({ length: 6 }, () => adjust('ADJ', body, { 'Idempotency-Key': 'k' })));
    for (const reply of replies) expect(reply).toMatchObject({ status: 201, body: replies[0]?.body });
    expect((await server.request('GET', '/inventory/ADJ')).body.onHand).toBe(before + 3);
    for (const other of [
      { delta: 4, reason: 'receipt' },
      { ...body, note: 'x' },
    ]) {
      const reused = await adjust('ADJ', other, { 'Idempotency-Key': 'k' });
      expect([reused.status, reused.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    }
    expect((await adjust('FULL', body, { 'Idempotency-Key': 'k' })).status).toBe(422);
  });

  it('When more would lie there than is counted, then it is refused', async () => {
    await shop.pg.query({ text: `update stock set on_hand = 999999990 where sku = 'FULL'` });
    expect((await adjust('FULL', { delta: 10, reason: 'receipt' })).status).toBe(201);
    const { status, body } = await adjust('FULL', { delta: 1, reason: 'receipt' });
    expect([status, body.code, body.errors[0].path]).toEqual([400, 'VALIDATION_FAILED', 'delta']);
    expect((await adjust('FULL', { delta: -1, reason: 'correction' })).status).toBe(201);
  });

  it.each([
    { delta: 0, reason: 'receipt' },
    { delta: 1.5, reason: 'receipt' },
    { delta: '1', reason: 'receipt' },
    { delta: 1_000_001, reason: 'receipt' },
    { delta: -1_000_001, reason: 'receipt' },
    { delta: 1, reason: 'theft' },
    { delta: 1 },
    { delta: 1, reason: 'receipt', extra: true },
  ])('When the body is %j, then it is not valid', async (body) => {
    expect((await adjust('ADJ', body)).body.code).toBe('VALIDATION_FAILED');
  });

  it('When it is no admin, or no such SKU, then it is refused', async () => {
    const body = { delta: 1, reason: 'receipt' };
    expect((await adjust('ADJ', body, {}, buyer)).status).toBe(403);
    expect((await server.request('POST', '/inventory/ADJ/adjustments', { body })).status).toBe(401);
    expect((await adjust('NOPE', body)).body.code).toBe('SKU_UNKNOWN');
    shop.catalogue.push(productOf({ stock: { 'ADJ-NEW': 3 } }));
    expect((await adjust('ADJ-NEW', body)).body).toMatchObject({ onHand: 4 });
  });
});

describe('GET /inventory/:sku/movements', () => {
  it('When the ledger is long, then it comes in pages, newest first', async () => {
    await shop.deliver(productFact(productOf({ stock: { LONG: 100 } })));
    for (let delta = 1; delta <= 5; delta += 1)
      await shop.inventory.adjust({ sku: 'LONG', delta, reason: 'correction', by: adminId });
    const first = await server.request('GET', '/inventory/LONG/movements?limit=4', { token: admin });
    const rest = await server.request('GET', `/inventory/LONG/movements?cursor=${first.body.nextCursor}`, {
      token: admin,
    });
    const deltas = [...first.body.items, ...rest.body.items].map(({ deltaOnHand }) => deltaOnHand);
    expect(deltas).toEqual([5, 4, 3, 2, 1, 100]);
    const elsewhere = await server.request('GET', `/inventory/MUG-A/movements?cursor=${first.body.nextCursor}`, {
      token: admin,
    });
    expect(elsewhere.body.code).toBe('INVALID_CURSOR');
  });

  it('When it is no admin, or no such SKU, then it is refused', async () => {
    expect((await server.request('GET', '/inventory/MUG-A/movements', { token: buyer })).status).toBe(403);
    expect((await server.request('GET', '/inventory/NOPE/movements', { token: admin })).body.code).toBe('SKU_UNKNOWN');
  });
});

describe('POST /internal/inventory/reserve', () => {
  const reserve = (body: unknown, token: string | undefined = testServiceToken) =>
    server.request('POST', '/internal/inventory/reserve', { body, token });

  it('When a service reserves, then it is told what the command says', async () => {
    const lines = [{ sku: 'MUG-B', quantity: 2 }];
    const first = await reserve({ ...newSaga(shop.clock.now()), lines });
    expect([first.status, first.body]).toEqual([200, { ok: true }]);
    const second = await reserve({ ...newSaga(shop.clock.now()), lines });
    expect([second.status, second.body.code]).toEqual([409, 'OUT_OF_STOCK']);
    expect(second.body.errors).toEqual([{ sku: 'MUG-B', requested: 2, available: 0 }]);
    const late = await reserve({ ...newSaga(shop.clock.now(), -1), lines });
    expect([late.status, late.body.code]).toEqual([503, 'CHECKOUT_TIMED_OUT']);
  });

  it('When somebody else reserves, or it makes no sense, then it is refused', async () => {
    const saga = newSaga(shop.clock.now());
    const lines = [{ sku: 'MUG-B', quantity: 1 }];
    expect((await reserve({ ...saga, lines }, admin)).status).toBeGreaterThanOrEqual(401);
    expect((await reserve({ ...saga, lines: [{ sku: 'MUG-B', quantity: -1 }] })).status).toBe(400);
    expect((await reserve({ ...saga, lines: [] })).status).toBe(400);
  });
});
