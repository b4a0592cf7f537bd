import { refuse } from '@shop/contracts/problems.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { begun } from './testing/fixtures.ts';
import { agreeable } from './testing/participants.ts';
import { openWorld, orderDatabase, type World } from './testing/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld(await orderDatabase());
});
afterAll(() => world.close());
beforeEach(() => {
  Object.assign(world.participants, agreeable());
  world.rollbacks.answered = true;
});

type Role = 'guest' | 'customer' | 'admin';

const someone = async (role: Role = 'customer', id = systemIds.uuid()) => {
  const token = await world.server.tokens.as({ id, role });
  const send = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    world.server.request(method, path, { token, body, headers });
  return {
    id,
    token,
    get: (path: string) => send('GET', path),
    post: (path: string, body?: unknown, headers?: Record<string, string>) => send('POST', path, body, headers),
    checkout: (body: unknown = {}, key: string = systemIds.uuid(), headers: Record<string, string> = {}) =>
      send('POST', '/checkouts', body, { 'Idempotency-Key': key, ...headers }),
  };
};

describe('POST /checkouts', () => {
  it('When all goes well, then 201 tells the checkout, its order and where it is', async () => {
    const kim = await someone();
    const contact = { email: 'kim@example.com', name: 'Kim' };
    const shippingAddress = { line1: '1 Main Street', country: 'US' };
    const expectedTotal = { amount: 2800, currency: 'USD' };
    const { status, headers, body } = await kim.checkout({ expectedTotal, contact, shippingAddress });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/v1/checkouts/${body.id}`);
    expect(body).toMatchObject({ status: 'completed', orderId: body.order.id, finishedAt: expect.any(String) });
    expect(body.order).toMatchObject({
      checkoutId: body.id,
      userId: kim.id,
      status: 'confirmed',
      contact,
      shippingAddress,
      subtotal: expectedTotal,
      total: expectedTotal,
      discountTotal: { amount: 0, currency: 'USD' },
      version: 2,
    });
    expect(body.order.number).toMatch(/^\d{6,}$/);
    expect((await kim.get(`/orders/${body.order.id}`)).body).toEqual(body.order);
    const { order: _order, ...checkout } = body;
    expect((await kim.get(`/checkouts/${body.id}`)).body).toEqual(checkout);
  });

  it('When the answer may come later, then 202 says where to look, and the same key answers the end', async () => {
    const kim = await someone();
    const key = systemIds.uuid();
    const { status, headers, body } = await kim.checkout({}, key, { Prefer: 'respond-async, wait=5' });
    expect([status, body.status]).toEqual([202, 'running']);
    expect(headers.get('location')).toBe(`/api/v1/checkouts/${body.id}`);
    expect(await kim.checkout({}, key)).toMatchObject({ status: 201, body: { id: body.id } });
  });

  it.each([
    ['no key', {}, { 'Idempotency-Key': '' }, 400, 'IDEMPOTENCY_KEY_REQUIRED'],
    ['a key that is too long', {}, { 'Idempotency-Key': 'x'.repeat(256) }, 400, 'VALIDATION_FAILED'],
    ['an unknown field', { total: 1 }, {}, 400, 'VALIDATION_FAILED'],
    ['a total that is no money', { expectedTotal: 2800 }, {}, 400, 'VALIDATION_FAILED'],
    ['a contact without e-mail', { contact: { name: 'Kim' } }, {}, 400, 'VALIDATION_FAILED'],
    ['an address of objects', { shippingAddress: { line1: { $gt: '' } } }, {}, 400, 'VALIDATION_FAILED'],
  ])('When it has %s, then it is refused and nothing begins', async (_what, body, headers, status, code) => {
    const kim = await someone();
    expect(await kim.checkout(body, systemIds.uuid(), headers)).toMatchObject({ status, body: { code } });
    expect((await kim.get('/orders')).body.items).toEqual([]);
  });

  it('When nobody is signed in, then it is 401; a guest may buy', async () => {
    expect((await world.server.request('POST', '/checkouts', { body: {} })).status).toBe(401);
    expect((await (await someone('guest')).checkout()).status).toBe(201);
  });

  it.each([
    ['CART_EMPTY', 422],
    ['PRICE_CHANGED', 409],
    ['PRODUCT_UNAVAILABLE', 409],
  ] as const)('When the cart refuses with %s, then that is the answer, final for its key', async (code, status) => {
    const kim = await someone();
    const key = systemIds.uuid();
    const errors = [{ sku: 'MUG' }];
    world.participants.cart.lock = async () => refuse(code, { errors });
    const refused = await kim.checkout({}, key);
    expect(refused).toMatchObject({ status, body: { code, errors, checkoutId: expect.any(String) } });
    expect((await kim.get(`/checkouts/${refused.body.checkoutId}`)).body).toMatchObject({
      status: 'compensated',
      problem: { code },
    });
    Object.assign(world.participants, agreeable());
    expect((await kim.checkout({}, key)).body).toEqual(refused.body);
  });

  it('When another checkout holds the cart, then the answer names that one', async () => {
    const other = systemIds.uuid();
    world.participants.cart.lock = async () => refuse('CHECKOUT_IN_PROGRESS', { checkoutId: other });
    const { status, body } = await (await someone()).checkout();
    expect([status, body.code, body.checkoutId]).toEqual([409, 'CHECKOUT_IN_PROGRESS', other]);
  });

  it('When stock is short, then it is answered after the rollback was confirmed', async () => {
    const kim = await someone();
    const errors = [{ sku: 'MUG', requested: 2, available: 1 }];
    world.participants.inventory.reserve = async () => ({ ...refuse('OUT_OF_STOCK'), errors });
    const { status, body } = await kim.checkout();
    expect([status, body.code, body.errors]).toEqual([409, 'OUT_OF_STOCK', errors]);
    expect((await kim.get(`/checkouts/${body.checkoutId}`)).body.status).toBe('compensated');
  });

  it('When nobody confirms the rollback, then the refusal is answered after two seconds', async () => {
    const kim = await someone();
    world.rollbacks.answered = false;
    world.participants.inventory.reserve = async () => ({ ...refuse('OUT_OF_STOCK'), errors: [] });
    const start = systemClock.now().getTime();
    const { status, body } = await kim.checkout();
    expect(systemClock.now().getTime() - start).toBeGreaterThanOrEqual(1_900);
    expect(status).toBe(409);
    expect((await kim.get(`/checkouts/${body.checkoutId}`)).body.status).toBe('compensating');
  });

  it('When the client hangs up, then the checkout goes on', async () => {
    const kim = await someone();
    const { complete } = world.participants.cart;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.participants.cart.complete = async (command) => {
      await held;
      return complete(command);
    };
    const aborted = new AbortController();
    const key = systemIds.uuid();
    const asked = fetch(`${world.server.url}/api/v1/checkouts`, {
      method: 'POST',
      body: '{}',
      signal: aborted.signal,
      headers: { Authorization: `Bearer ${kim.token}`, 'Content-Type': 'application/json', 'Idempotency-Key': key },
    }).catch(() => 'hung up');
    for (let saga = await world.store.findByKey(kim.id, key); saga?.state !== 'pivoted'; )
      saga = await world.store.findByKey(kim.id, key);
    aborted.abort();
    expect(await asked).toBe('hung up');
    release();
    expect(await kim.checkout({}, key)).toMatchObject({ status: 201, body: { order: { status: 'confirmed' } } });
  });

  it('When the key comes with another body, then 422; the same fields in another order are the same', async () => {
    const kim = await someone();
    const key = systemIds.uuid();
    const contact = { email: 'kim@example.com', name: 'Kim' };
    const first = await kim.checkout({ contact, shippingAddress: { a: '1', b: '2' } }, key);
    const again = await kim.checkout(
      { shippingAddress: { b: '2', a: '1' }, contact: { name: 'Kim', email: contact.email } },
      key,
    );
    expect(again.body).toEqual(first.body);
    expect(await kim.checkout({ contact }, key)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });
});

describe('Lists', () => {
  it('When orders are paged, then each comes once, newest first, also while others are placed', async () => {
    const kim = await someone();
    const placed: string[] = [];
    for (let n = 0; n < 5; n++) placed.unshift((await kim.checkout()).body.orderId);
    const first = (await kim.get('/orders?limit=2')).body;
    await kim.checkout();
    const second = (await kim.get(`/orders?limit=2&cursor=${first.nextCursor}`)).body;
    const third = (await kim.get(`/orders?limit=2&cursor=${second.nextCursor}`)).body;
    const seen = [first, second, third].flatMap(({ items }) => items.map(({ id }: { id: string }) => id));
    expect(seen).toEqual(placed);
    expect(third.nextCursor).toBeNull();
  });

  it('When a cursor is forged or belongs to another list, then it is refused', async () => {
    const kim = await someone();
    await kim.checkout();
    await kim.checkout();
    const { nextCursor } = (await kim.get('/orders?limit=1')).body;
    const [print] = JSON.parse(Buffer.from(nextCursor, 'base64url').toString());
    const forged = (...position: unknown[]) => Buffer.from(JSON.stringify([print, ...position])).toString('base64url');
    for (const cursor of ['x', forged('yesterday', kim.id), forged('2026-01-01', 'x'), forged(1, 2), forged()])
      expect(await kim.get(`/orders?limit=1&cursor=${cursor}`)).toMatchObject({
        status: 400,
        body: { code: 'INVALID_CURSOR' },
      });
    expect((await kim.get(`/orders?limit=1&status=shipped&cursor=${nextCursor}`)).status).toBe(400);
    expect((await (await someone()).get(`/orders?limit=1&cursor=${nextCursor}`)).status).toBe(400);
  });

  it('When an admin lists, then users and states filter; a customer only ever sees own orders', async () => {
    const kim = await someone();
    const { orderId } = (await kim.checkout()).body;
    const admin = await someone('admin');
    await admin.post(`/orders/${orderId}/ship`);
    const ids = ({ body }: { body: { items: { id: string }[] } }) => body.items.map(({ id }) => id);
    expect(ids(await admin.get(`/orders?userId=${kim.id}&status=shipped`))).toEqual([orderId]);
    expect(ids(await admin.get(`/orders?userId=${kim.id}&status=confirmed`))).toEqual([]);
    const { number } = (await admin.get(`/orders/${orderId}`)).body;
    expect(ids(await admin.get(`/orders?number=${number}`))).toEqual([orderId]);
    expect(ids(await admin.get(`/orders?number=${number}&status=confirmed`))).toEqual([]);
    expect((await admin.get('/orders?number=12-3')).body.code).toBe('VALIDATION_FAILED');
    const eve = await someone();
    expect(ids(await eve.get(`/orders?number=${number}`))).toEqual([]);
    expect(ids(await eve.get(`/orders?userId=${kim.id}`))).toEqual([]);
    expect((await eve.get('/checkouts')).body.code).toBe('FORBIDDEN');
    const running = await begun(world.store, { userId: kim.id, owner: world.recovery.owner });
    expect(ids(await admin.get('/checkouts?limit=100&status=running'))).toContain(running.id);
    expect(ids(await admin.get('/checkouts?limit=100&status=compensated'))).not.toContain(running.id);
  });
});

describe('Orders', () => {
  it('When they are cancelled, shipped and delivered, then only what is allowed happens, and repeats answer the same', async () => {
    const kim = await someone();
    const admin = await someone('admin');
    const { orderId } = (await kim.checkout()).body;
    expect((await admin.post(`/orders/${orderId}/deliver`)).body.code).toBe('INVALID_TRANSITION');
    expect((await kim.post(`/orders/${orderId}/ship`)).body.code).toBe('FORBIDDEN');
    const shipped = await admin.post(`/orders/${orderId}/ship`);
    expect(shipped.body.history.at(-1)).toMatchObject({ status: 'shipped', by: admin.id });
    expect((await admin.post(`/orders/${orderId}/ship`)).body).toEqual(shipped.body);
    expect((await kim.post(`/orders/${orderId}/cancel`)).body.code).toBe('NOT_CANCELLABLE');
    expect((await admin.post(`/orders/${orderId}/deliver`)).body.status).toBe('delivered');

    const second = (await kim.checkout()).body.orderId;
    const cancelled = await kim.post(`/orders/${second}/cancel`, { reason: 'too late' });
    expect(cancelled.body).toMatchObject({ status: 'cancelled' });
    expect(cancelled.body.history.at(-1)).toMatchObject({ status: 'cancelled', by: kim.id, reason: 'too late' });
    expect((await kim.post(`/orders/${second}/cancel`)).body).toEqual(cancelled.body);
    expect((await admin.post(`/orders/${second}/ship`)).body.code).toBe('INVALID_TRANSITION');
  });

  it('When a cancel repeats its key for another order, then it is refused', async () => {
    const kim = await someone();
    const headers = { 'Idempotency-Key': systemIds.uuid() };
    const [one, two] = [(await kim.checkout()).body.orderId, (await kim.checkout()).body.orderId];
    expect((await kim.post(`/orders/${one}/cancel`, {}, headers)).status).toBe(200);
    expect((await kim.post(`/orders/${one}/cancel`, {}, headers)).status).toBe(200);
    expect((await kim.post(`/orders/${two}/cancel`, {}, headers)).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await kim.get(`/orders/${two}`)).body.status).toBe('confirmed');
  });

  it('When an order or checkout is not there, or is not theirs, then it is not found', async () => {
    const kim = await someone();
    const admin = await someone('admin');
    const nothing = systemIds.uuid();
    expect((await kim.get(`/orders/${nothing}`)).body.code).toBe('ORDER_NOT_FOUND');
    expect((await kim.get('/orders/x')).status).toBe(400);
    expect((await kim.get(`/checkouts/${nothing}`)).body.code).toBe('CHECKOUT_NOT_FOUND');
    expect((await admin.post(`/orders/${nothing}/ship`)).body.code).toBe('ORDER_NOT_FOUND');
    expect((await admin.post(`/checkouts/${nothing}/retry`)).body.code).toBe('CHECKOUT_NOT_FOUND');
    const { id, orderId } = (await kim.checkout()).body;
    const eve = await someone();
    expect((await eve.post(`/orders/${orderId}/cancel`)).body.code).toBe('ORDER_NOT_FOUND');
    expect((await eve.get(`/checkouts/${id}/events`)).body.code).toBe('CHECKOUT_NOT_FOUND');
    expect((await admin.get(`/orders/${orderId}`)).status).toBe(200);
    expect((await admin.get(`/checkouts/${id}`)).status).toBe(200);
  });

  it('When a parked saga is retried, then it goes on; one that is not parked is refused', async () => {
    const kim = await someone();
    const admin = await someone('admin');
    world.rollbacks.answered = false;
    world.participants.inventory.reserve = async () => ({ ...refuse('OUT_OF_STOCK'), errors: [] });
    const { checkoutId } = (await kim.checkout()).body;
    expect((await admin.post(`/checkouts/${checkoutId}/retry`)).body.code).toBe('INVALID_TRANSITION');
    const saga = await world.store.find(checkoutId);
    await world.store.park({ id: checkoutId, epoch: saga?.epoch ?? 0 });
    expect((await admin.get('/checkouts?status=parked')).body.items).toMatchObject([{ id: checkoutId }]);
    expect((await kim.post(`/checkouts/${checkoutId}/retry`)).body.code).toBe('FORBIDDEN');
    world.rollbacks.answered = true;
    expect((await admin.post(`/checkouts/${checkoutId}/retry`)).body.status).toBe('compensating');
    for (let tries = 0; tries < 50; tries++) {
      if ((await kim.get(`/checkouts/${checkoutId}`)).body.status === 'compensated') return;
      await systemClock.sleep(100);
    }
    throw new Error('The retried saga did not end');
  });
});
