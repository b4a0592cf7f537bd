import type { Api, ImportResult, Session } from './api.ts';
import { linesOf } from './event-stream.ts';
import { newIdempotencyKey } from './idempotency-key.ts';
import { type CallOptions, createRequests, type Operation, type Requests } from './request.ts';
import { createSession, type SessionKeeper, type SessionOptions, tokensOf } from './session.ts';
import { createTransport, type TransportOptions } from './transport.ts';
import { watchCheckout } from './watch.ts';

export type ShopOptions = TransportOptions & SessionOptions;

type Body<Op extends Operation> = Api[Op] extends { body?: infer B } ? NonNullable<B> : never;
type Query<Op extends Operation> = Api[Op]['query'];

/** Options with a key of their own where the caller has none: then a repeat after a lost answer has no second effect. */
const keyed = (options: CallOptions = {}): CallOptions => ({
  ...options,
  idempotencyKey: options.idempotencyKey ?? newIdempotencyKey(),
});

const auth = ({ ask }: Requests, session: SessionKeeper) => {
  const signIn = async <S extends Session>(answer: Promise<S>): Promise<S> => {
    const signedIn = await answer;
    session.keep(tokensOf(signedIn));
    return signedIn;
  };
  return {
    /** Signs in as a new guest, who has a cart and may check out. */
    guest: (options?: CallOptions) => signIn(ask('POST /auth/guest', {}, options)),
    /** Makes a customer; a guest who is signed in becomes that customer, with cart and orders. */
    register: (body: Body<'POST /auth/register'>, options?: CallOptions) =>
      signIn(ask('POST /auth/register', { body }, options)),
    /** Signs in; the cart of a guest who was signed in is merged (`cartMerged`). */
    login: (body: Body<'POST /auth/login'>, options?: CallOptions) =>
      signIn(ask('POST /auth/login', { body }, options)),
    /** Ends the sign-in, here at once, there when the shop can be reached. */
    async logout(options?: CallOptions): Promise<void> {
      const tokens = session.tokens();
      session.keep(undefined);
      if (tokens) await ask('POST /auth/logout', { body: { refreshToken: tokens.refreshToken } }, options);
    },
    me: (options?: CallOptions) => ask('GET /auth/me', {}, options),
    keys: (options?: CallOptions) => ask('GET /.well-known/jwks.json', {}, options),
  };
};

const products = ({ ask, open }: Requests) => ({
  list: (query: Query<'GET /products'> = {}, options?: CallOptions) => ask('GET /products', { query }, options),
  facets: (options?: CallOptions) => ask('GET /products/facets', {}, options),
  get: (id: string, options?: CallOptions) => ask('GET /products/{id}', { path: { id } }, options),
  create: (body: Body<'POST /products'>, options?: CallOptions) => ask('POST /products', { body }, options),
  update: (id: string, body: Body<'PATCH /products/{id}'>, options?: CallOptions) =>
    ask('PATCH /products/{id}', { path: { id }, body }, options),
  remove: (id: string, options?: CallOptions) => ask('DELETE /products/{id}', { path: { id } }, options),
  import: (csv: string, options?: CallOptions) => ask('POST /products/import', { body: csv }, options),
  /** The import's progress, then its result. */
  async *importWithProgress(
    csv: string,
    options: CallOptions = {},
  ): AsyncGenerator<{ done: number; total: number } | ImportResult> {
    const headers = { ...options.headers, Accept: 'application/x-ndjson' };
    const { body } = await open('POST /products/import', { body: csv }, { ...options, headers });
    if (body) for await (const line of linesOf(body)) if (line !== '') yield JSON.parse(line);
  },
});

const inventory = ({ ask }: Requests) => ({
  get: (sku: string, options?: CallOptions) => ask('GET /inventory/{sku}', { path: { sku } }, options),
  list: (query: Query<'GET /inventory'>, options?: CallOptions) => ask('GET /inventory', { query }, options),
  /** Carries an idempotency key, made here unless given. */
  adjust: (sku: string, body: Body<'POST /inventory/{sku}/adjustments'>, options?: CallOptions) =>
    ask('POST /inventory/{sku}/adjustments', { path: { sku }, body }, keyed(options)),
  movements: (sku: string, query: Query<'GET /inventory/{sku}/movements'> = {}, options?: CallOptions) =>
    ask('GET /inventory/{sku}/movements', { path: { sku }, query }, options),
});

const cart = ({ ask }: Requests) => ({
  get: (options?: CallOptions) => ask('GET /cart', {}, options),
  quote: (options?: CallOptions) => ask('GET /cart/quote', {}, options),
  add: (sku: string, quantity = 1, options?: CallOptions) =>
    ask('POST /cart/items', { body: { sku, quantity } }, options),
  /** Sets the quantity; 0 takes the line out. */
  set: (sku: string, quantity: number, options?: CallOptions) =>
    ask('PUT /cart/items/{sku}', { path: { sku }, body: { quantity } }, options),
  remove: (sku: string, options?: CallOptions) => ask('DELETE /cart/items/{sku}', { path: { sku } }, options),
  empty: (options?: CallOptions) => ask('DELETE /cart', {}, options),
  addVoucher: (code: string, options?: CallOptions) => ask('PUT /cart/vouchers/{code}', { path: { code } }, options),
  removeVoucher: (code: string, options?: CallOptions) =>
    ask('DELETE /cart/vouchers/{code}', { path: { code } }, options),
});

const vouchers = ({ ask }: Requests) => ({
  list: (query: Query<'GET /vouchers'> = {}, options?: CallOptions) => ask('GET /vouchers', { query }, options),
  get: (code: string, options?: CallOptions) => ask('GET /vouchers/{code}', { path: { code } }, options),
  create: (body: Body<'POST /vouchers'>, options?: CallOptions) => ask('POST /vouchers', { body }, options),
  update: (code: string, body: Body<'PATCH /vouchers/{code}'>, options?: CallOptions) =>
    ask('PATCH /vouchers/{code}', { path: { code }, body }, options),
  /** Stops it; its redemptions stay. */
  stop: (code: string, options?: CallOptions) => ask('DELETE /vouchers/{code}', { path: { code } }, options),
  redemptions: (code: string, query: Query<'GET /vouchers/{code}/redemptions'> = {}, options?: CallOptions) =>
    ask('GET /vouchers/{code}/redemptions', { path: { code }, query }, options),
  preview: (body: Body<'POST /vouchers/preview'>, options?: CallOptions) =>
    ask('POST /vouchers/preview', { body }, options),
});

const checkouts = ({ ask, open }: Requests) => ({
  /**
   * Buys what is in the cart: the completed checkout with its order, or, when that takes more than 15 s, the running
   * one. Carries an idempotency key, made here unless given; keep yours where a reload must find the same checkout.
   * @throws ShopError with the checkout's refusal; it is final for its key, so nothing here sends it again.
   */
  buy: (body: Body<'POST /checkouts'> = {}, options?: CallOptions) => ask('POST /checkouts', { body }, keyed(options)),
  /** The same, answered as soon as the checkout is stored; `watch` shows what becomes of it. */
  start: (body: Body<'POST /checkouts'> = {}, options: CallOptions = {}) =>
    ask('POST /checkouts', { body }, keyed({ ...options, headers: { ...options.headers, Prefer: 'respond-async' } })),
  get: (id: string, options?: CallOptions) => ask('GET /checkouts/{id}', { path: { id } }, options),
  /**
   * The checkout now and at every change, until it has ended; comes back by itself after a lost connection, of which
   * `onBroken` is told.
   */
  watch: (id: string, signal?: AbortSignal, onBroken?: () => void) =>
    watchCheckout((inner) => open('GET /checkouts/{id}/events', { path: { id } }, { signal: inner }), signal, onBroken),
  list: (query: Query<'GET /checkouts'> = {}, options?: CallOptions) => ask('GET /checkouts', { query }, options),
  retry: (id: string, options?: CallOptions) => ask('POST /checkouts/{id}/retry', { path: { id } }, options),
});

const orders = ({ ask }: Requests) => ({
  list: (query: Query<'GET /orders'> = {}, options?: CallOptions) => ask('GET /orders', { query }, options),
  get: (id: string, options?: CallOptions) => ask('GET /orders/{id}', { path: { id } }, options),
  /** Carries an idempotency key, made here unless given. */
  cancel: (id: string, reason?: string, options?: CallOptions) =>
    ask('POST /orders/{id}/cancel', { path: { id }, body: reason === undefined ? {} : { reason } }, keyed(options)),
  ship: (id: string, options?: CallOptions) => ask('POST /orders/{id}/ship', { path: { id } }, options),
  deliver: (id: string, options?: CallOptions) => ask('POST /orders/{id}/deliver', { path: { id } }, options),
});

const operations = ({ ask }: Requests) => ({
  overview: (options?: CallOptions) => ask('GET /admin/overview', {}, options),
  events: (query: Query<'GET /admin/events'> = {}, options?: CallOptions) =>
    ask('GET /admin/events', { query }, options),
  deadLetters: (query: Query<'GET /admin/dead-letters'> = {}, options?: CallOptions) =>
    ask('GET /admin/dead-letters', { query }, options),
  replay: (id: string, options?: CallOptions) => ask('POST /admin/dead-letters/{id}/replay', { path: { id } }, options),
  /** The race lab's last runs and its faults in force; NOT_FOUND where `LAB` is off. */
  lab: (options?: CallOptions) => ask('GET /lab', {}, options),
  race: (body: Body<'POST /lab/runs'>, options?: CallOptions) => ask('POST /lab/runs', { body }, options),
  raceOf: (id: string, options?: CallOptions) => ask('GET /lab/runs/{id}', { path: { id } }, options),
  setFault: (body: Body<'PUT /lab/faults'>, options?: CallOptions) => ask('PUT /lab/faults', { body }, options),
});

/**
 * One user's view of a shop. Refusals and faults reject with `ShopError`, silence with `ShopUnreachable`; what may be
 * sent again without harm is, after the time that the shop asks for.
 *
 * @example
 * const shop = createShop({ url: 'http://localhost:8080' });
 * await shop.auth.guest();
 * await shop.cart.add('TRAIL-MUG-FOR', 2);
 * const started = await shop.checkouts.start();
 * for await (const checkout of shop.checkouts.watch(started.id)) console.log(checkout.status);
 */
export const createShop = (options: ShopOptions) => {
  const send = createTransport(options);
  const session = createSession(send, options);
  const requests = createRequests(send, session);
  return {
    auth: auth(requests, session),
    products: products(requests),
    inventory: inventory(requests),
    cart: cart(requests),
    vouchers: vouchers(requests),
    checkouts: checkouts(requests),
    orders: orders(requests),
    /** What operators look at. */
    operations: operations(requests),
    /** The tokens of the user who is signed in. */
    tokens: session.tokens,
  };
};

export type Shop = ReturnType<typeof createShop>;
