import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Client, call, customer, guest, product, type Reply } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';

interface Operation {
  method: string;
  path: string;
  access: 'anyone' | 'user' | 'customer' | 'admin';
  takesJson: boolean;
  mayBeEmpty: boolean;
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
}

const open = openShop();
let operations: Operation[];
/** Somebody with an order, and somebody else. */
let kim: Client;
let lee: Client;
let eve: Client;
/** What stands for a parameter of a path, by the collection that it follows. */
let known: Record<string, string>;

/** What is answered where nothing has such an id, by collection; carts take out what is not there without a word. */
const unknown: Record<string, [value: string, code: string | undefined]> = {
  products: [randomUUID(), 'PRODUCT_NOT_FOUND'],
  inventory: ['NO-SUCH-SKU', 'SKU_UNKNOWN'],
  items: ['NO-SUCH-SKU', undefined],
  'cart/vouchers': ['NO-SUCH-CODE', undefined],
  vouchers: ['NO-SUCH-CODE', 'VOUCHER_NOT_FOUND'],
  checkouts: [randomUUID(), 'CHECKOUT_NOT_FOUND'],
  orders: [randomUUID(), 'ORDER_NOT_FOUND'],
  'dead-letters': [randomUUID(), 'DEAD_LETTER_NOT_FOUND'],
  runs: [randomUUID(), 'LAB_RUN_NOT_FOUND'],
};

/** A body that each operation with a JSON body takes; one that is missing here fails the walk. */
const bodies: Record<string, unknown> = {
  'POST /auth/register': { email: 'walk@example.com', password: 'correct horse', name: 'Walk' },
  'POST /auth/login': { email: 'walk@example.com', password: 'correct horse' },
  'POST /auth/refresh': { refreshToken: 'x' },
  'POST /auth/logout': { refreshToken: 'x' },
  'POST /products': { title: 'T', variants: [{ sku: 'WALK', price: { amount: 1, currency: 'USD' } }] },
  'PATCH /products/{id}': { title: 'T' },
  'POST /inventory/{sku}/adjustments': { delta: 1, reason: 'receipt' },
  'POST /cart/items': { sku: 'NO-SUCH-SKU', quantity: 1 },
  'PUT /cart/items/{sku}': { quantity: 1 },
  'POST /vouchers': { code: 'WALK', type: 'percentage', value: 1, scope: { kind: 'order' } },
  'PATCH /vouchers/{code}': { active: true },
  'POST /vouchers/preview': {
    voucher: { type: 'percentage', value: 1, scope: { kind: 'order' } },
    lines: [{ sku: 'NO-SUCH-SKU', quantity: 1 }],
  },
  'POST /checkouts': {},
  'POST /checkouts/{id}/retry': {},
  'POST /orders/{id}/cancel': {},
  'POST /orders/{id}/ship': {},
  'POST /orders/{id}/deliver': {},
  'POST /lab/runs': { sku: 'NO-SUCH-SKU', buyers: 2, units: 1 },
  'PUT /lab/faults': { step: 'lockCart', mode: 'slow', seconds: 0 },
};

const nameOf = ({ method, path }: Operation) => `${method} ${path.replace('/api/v1', '')}`;

/** The collection that a path's parameter follows. */
const collectionOf = (path: string): string | undefined => {
  const before = path.split('/{', 1)[0] ?? '';
  if (!path.includes('/{')) return undefined;
  return before.endsWith('/cart/vouchers') ? 'cart/vouchers' : before.split('/').at(-1);
};

const filled = (path: string, values: (collection: string) => string): string =>
  path.replace(/\{\w+\}/g, () => encodeURIComponent(values(collectionOf(path) ?? '')));

const send = (
  operation: Operation,
  options: { user?: Client; id?: (collection: string) => string; body?: unknown; type?: string } = {},
): Promise<Reply> => {
  const path = filled(operation.path, options.id ?? ((collection) => known[collection] ?? 'x'));
  const given = operation.takesJson ? (options.body ?? bodies[nameOf(operation)]) : undefined;
  const csv = operation.path.endsWith('/import');
  const headers = {
    ...(csv ? { 'Content-Type': 'text/csv' } : {}),
    ...(operation.path.endsWith('/checkouts') && operation.method === 'POST'
      ? { 'Idempotency-Key': randomUUID() }
      : {}),
    ...(options.type ? { 'Content-Type': options.type } : {}),
  };
  return call(open.shop.url, operation.method, path, { body: csv ? 'Handle\n' : given, headers }, options.user?.token);
};

beforeAll(async () => {
  const document = (await call(open.shop.url, 'GET', '/openapi.json')).body;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as object).map(([method, one]) => ({
      method: method.toUpperCase(),
      path,
      access: one['x-access'],
      takesJson: Boolean(one.requestBody?.content['application/json']),
      mayBeEmpty: one.requestBody?.required === false,
      responses: one.responses,
    })),
  );
  [kim, lee, eve] = [await customer(open.shop.url), await customer(open.shop.url), await guest(open.shop.url)];
  const { sku, product: made } = await product(open.seller);
  await kim.add(sku);
  const bought = await kim.checkout();
  await open.seller.post('/vouchers', { code: 'KNOWN', type: 'percentage', value: 1, scope: { kind: 'order' } });
  known = {
    products: made.id,
    inventory: sku,
    items: sku,
    vouchers: 'KNOWN',
    'cart/vouchers': 'KNOWN',
    checkouts: bought.body.id,
    orders: bought.body.orderId,
    'dead-letters': randomUUID(),
    runs: randomUUID(),
  };
});

/** Runs `check` for each operation that `which` picks; there must be some, and every failure names its operation. */
const walk = async (which: (operation: Operation) => boolean, check: (operation: Operation) => Promise<unknown>) => {
  const some = operations.filter(which);
  expect(some.length).toBeGreaterThan(3);
  const wrong: string[] = [];
  for (const operation of some) {
    const complaint = await check(operation);
    if (complaint) wrong.push(`${nameOf(operation)}: ${complaint}`);
  }
  expect(wrong).toEqual([]);
};

const unless = (holds: boolean, { status, body }: Reply) => (holds ? undefined : `${status} ${body?.code ?? ''}`);

describe('Each operation of the API document', () => {
  it('When it takes a body or an id, then this walk knows one', () => {
    for (const operation of operations) {
      if (operation.takesJson) expect(Object.keys(bodies)).toContain(nameOf(operation));
      const collection = collectionOf(operation.path);
      if (collection) expect(Object.keys(unknown)).toContain(collection);
    }
  });

  it('When nobody is signed in, then it is 401 where a user is needed and never where none is', () =>
    walk(
      () => true,
      async (operation) => {
        const reply = await send(operation);
        const open = operation.access === 'anyone';
        // Signing in fails with the same status, and a code that says so.
        const refused =
          reply.status === 401 && reply.body.code === 'UNAUTHENTICATED' && !operation.path.includes('/auth/re');
        return unless(refused !== open, reply);
      },
    ));

  it('When the token is none of ours, then it is 401 everywhere', () =>
    walk(
      ({ path }) => !path.endsWith('/events'),
      async (operation) => {
        const reply = await send(operation, { user: { ...eve, token: `${eve.token.slice(0, -6)}AAAAAA` } });
        return unless(reply.status === 401, reply);
      },
    ));

  it.each(['guest', 'customer'] as const)('When a %s asks, then it is 403 where an admin is needed', (role) =>
    walk(
      ({ access }) => access === 'admin',
      async (operation) => {
        const reply = await send(operation, { user: role === 'guest' ? eve : lee });
        return unless(reply.status === 403 && reply.body.code === 'FORBIDDEN', reply);
      },
    ),
  );

  it("When somebody else's order or checkout is asked for, then it is not there", () =>
    walk(
      ({ path, access }) => access === 'user' && ['orders', 'checkouts'].includes(collectionOf(path) ?? ''),
      async (operation) => {
        const reply = await send(operation, { user: lee });
        const code = operation.path.includes('/orders/') ? 'ORDER_NOT_FOUND' : 'CHECKOUT_NOT_FOUND';
        return unless(reply.status === 404 && reply.body.code === code, reply);
      },
    ));

  it('When nothing has the id, then it is 404 with the code of its kind', () =>
    walk(
      ({ path }) => unknown[collectionOf(path) ?? '']?.[1] !== undefined,
      async (operation) => {
        const reply = await send(operation, { user: open.seller, id: (collection) => unknown[collection]?.[0] ?? '' });
        return unless(
          reply.status === 404 && reply.body.code === unknown[collectionOf(operation.path) ?? '']?.[1],
          reply,
        );
      },
    ));

  it('When the body has a field that nobody knows, then it is 400 with the faults', () =>
    walk(
      ({ takesJson }) => takesJson,
      async (operation) => {
        const body = { ...(bodies[nameOf(operation)] as object), surprise: 1 };
        const reply = await send(operation, { user: open.seller, body });
        const named = reply.body.errors?.length > 0;
        return unless(reply.status === 400 && reply.body.code === 'VALIDATION_FAILED' && named, reply);
      },
    ));

  it('When the body is of another type, or no JSON, then it is 415 or 400', () =>
    walk(
      ({ takesJson }) => takesJson,
      async (operation) => {
        const foreign = await send(operation, {
          user: open.seller,
          body: 'a=b',
          type: 'application/x-www-form-urlencoded',
        });
        const broken = await send(operation, { user: open.seller, body: '{"a":' });
        return (
          unless(foreign.body.code === 'UNSUPPORTED_MEDIA_TYPE', foreign) ??
          unless(broken.body.code === 'MALFORMED_JSON', broken)
        );
      },
    ));

  it('When the method is another, then it is 405 and Allow names those of the document', () =>
    walk(
      () => true,
      async ({ path }) => {
        const url = filled(path, (collection) => known[collection] ?? 'x');
        const methods = operations.filter((one) => one.path === path).map(({ method }) => method);
        const foreign = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].find((method) => !methods.includes(method)) ?? '';
        const reply = await call(open.shop.url, foreign, url, {}, open.seller.token);
        const allowed = reply.headers
          .get('allow')
          ?.split(', ')
          .filter((method) => method !== 'HEAD');
        return unless(reply.status === 405 && allowed?.sort().join() === methods.sort().join(), reply);
      },
    ));
});
