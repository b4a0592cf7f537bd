import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { call, eventually, product } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';

const open = openShop({ LOG_LEVEL: 'trace' });

type Line = Record<string, unknown>;
const text = () => open.shop.output();
/** What is no JSON is for people: that the shop is open, and where. */
const lines = (): Line[] =>
  text()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

const linesOf = (msg: string, field: string, value: unknown) =>
  eventually(
    async () => lines().filter((line) => line.msg === msg && line[field] === value),
    (found) => found.length > 0,
  );

describe('The log of a shop that is not on a terminal', () => {
  it('When a line is written, then it is JSON, but for the words that say that the shop is open', () => {
    const people = text()
      .split('\n')
      .filter((line) => !line.startsWith('{'));
    expect(people.map((line) => line.trim().split(/\s+/)[0])).toEqual([
      '',
      'The',
      'Pages',
      'API',
      'Docs',
      'Admin',
      'Ctrl-C',
    ]);
    for (const line of lines()) expect(line).toMatchObject({ name: 'shop', msg: expect.any(String) });
  });

  it('When a checkout is asked for, then its lines carry the request, the saga and the trace', async () => {
    const { sku } = await product(open.seller, { stock: 1 });
    const buyer = (await call(open.shop.url, 'POST', '/api/v1/auth/guest', { body: {} })).body;
    const traceId = randomBytes(16).toString('hex');
    const headers = (requestId: string) => ({
      'X-Request-Id': requestId,
      'Idempotency-Key': requestId,
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    });
    const send = (path: string, body: unknown, requestId: string) =>
      call(open.shop.url, 'POST', `/api/v1${path}`, { body, headers: headers(requestId) }, buyer.accessToken);
    await send('/cart/items', { sku, quantity: 1 }, 'adding');
    const { id } = (await send('/checkouts', {}, 'buying')).body;
    expect(await linesOf('request', 'requestId', 'buying')).toMatchObject([{ traceId, status: 201 }]);
    expect(await linesOf('a checkout is completed', 'sagaId', id)).toMatchObject([{ requestId: 'buying', traceId }]);

    const { sku: gone } = await product(open.seller, { stock: 0 });
    await send('/cart/items', { sku: gone, quantity: 1 }, 'adding');
    const { checkoutId } = (await send('/checkouts', {}, 'refused')).body;
    expect(await linesOf('a checkout is rolled back', 'sagaId', checkoutId)).toMatchObject([
      { requestId: 'refused', traceId, code: 'OUT_OF_STOCK' },
    ]);
  });

  it('When a trace begins with a checkout, then the events that follow from it carry it on', async () => {
    const { sku } = await product(open.seller, { stock: 1 });
    const buyer = (await call(open.shop.url, 'POST', '/api/v1/auth/guest', { body: {} })).body;
    const traceparent = `00-${randomBytes(16).toString('hex')}-b7ad6b7169203331-01`;
    const send = (path: string, body: unknown) =>
      call(
        open.shop.url,
        'POST',
        `/api/v1${path}`,
        { body, headers: { traceparent, 'Idempotency-Key': 'traced' } },
        buyer.accessToken,
      );
    await send('/cart/items', { sku, quantity: 1 });
    const { id, order } = (await send('/checkouts', {})).body;
    await send(`/orders/${order.id}/cancel`, {});
    const wanted = [
      ...['cart.completed', 'inventory.reserved', 'inventory.committed', 'inventory.released'],
      ...['order.created', 'order.confirmed', 'order.cancelled'],
    ];
    const events = await eventually(
      async () => (await open.seller.get(`/admin/events?sagaId=${id}&limit=100`)).body.items,
      (items) => items.length >= wanted.length,
    );
    const traced = events.filter((event: { traceparent?: string }) => event.traceparent === traceparent);
    expect(traced.map(({ type }: { type: string }) => type).sort()).toEqual(wanted.sort());
  });

  it('When people sign up, sign in and buy, then neither addresses nor secrets are written', async () => {
    const { sku } = await product(open.seller, { stock: 1 });
    const { url } = open.shop;
    const email = 'hidden.person@example.com';
    const password = 'a secret of mine';
    const signUp = { email, password, name: 'Kim' };
    const post = (path: string, body: unknown, token?: string) =>
      call(url, 'POST', `/api/v1${path}`, { body, headers: { 'Idempotency-Key': 'mine' } }, token);
    const first = (await post('/auth/register', signUp)).body;
    expect((await post('/auth/register', signUp)).body.code).toBe('EMAIL_TAKEN');
    expect((await post('/auth/login', { email, password: `${password}!` })).body.code).toBe('BAD_CREDENTIALS');
    const second = (await post('/auth/login', { email, password })).body;
    const third = (await post('/auth/refresh', { refreshToken: second.refreshToken })).body;
    expect((await post('/auth/refresh', { refreshToken: second.refreshToken })).status).toBe(401);
    expect((await call(url, 'GET', `/api/v1/products?search=${encodeURIComponent(email)}`)).status).toBe(200);
    await open.seller.call('PUT', '/lab/faults', { body: { step: 'lockCart', mode: 'lose', seconds: 1 } });
    await post('/cart/items', { sku, quantity: 1 }, first.accessToken);
    const bought = await post('/checkouts', { contact: { email, name: 'Kim' } }, first.accessToken);
    expect(bought.status).toBe(201);
    expect((await linesOf('a checkout step failed', 'sagaId', bought.body.id)).length).toBeGreaterThan(0);
    const secrets = [email, password, ...[first, second, third].flatMap((one) => [one.accessToken, one.refreshToken])];
    expect(secrets.filter((secret) => text().includes(secret))).toEqual([]);
    expect(lines().length).toBeGreaterThan(10);
  });
});
