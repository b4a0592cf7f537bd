import { isRefusal, Problem } from '@shop/contracts/problems.ts';
import { decodeCursor, isMoment, page } from '@shop/platform/http/pages.ts';
import { answer, get, post, type Route, stream } from '@shop/platform/http/route.ts';
import type { Order, OrderStatus, Saga, SagaState } from './domain.ts';
import {
  cancelBody,
  checkout,
  checkoutBody,
  checkoutList,
  checkoutListQuery,
  completedCheckout,
  emptyBody,
  idParams,
  order,
  orderList,
  orderListQuery,
} from './schemas.ts';
import type { CheckoutOutcome, Orders } from './service.ts';
import type { Position } from './store.ts';
import { checkoutView, orderView } from './views.ts';

const placeOf = ({ createdAt, id }: Position): unknown[] => [createdAt, id];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A cursor is not signed, so what it holds is checked before it meets the database. */
const positionFrom = (cursor: unknown[] | undefined): Position | undefined => {
  if (!cursor) return undefined;
  const [createdAt, id] = cursor;
  if (!isMoment(createdAt) || typeof id !== 'string' || !UUID.test(id)) throw new Problem('INVALID_CURSOR');
  return { createdAt, id };
};

const statesOf = (status: string): SagaState[] =>
  status === 'running' ? ['running', 'pivoted'] : [status as SagaState];

const location = (saga: Saga) => `/checkouts/${saga.id}`;

const respond = (outcome: CheckoutOutcome) => {
  if (outcome.kind === 'refused') return outcome.refusal;
  if (outcome.kind === 'pending')
    return answer(202, checkoutView(outcome.saga), { Location: location(outcome.saga), 'Retry-After': '1' });
  const body = { ...checkoutView(outcome.saga), order: orderView(outcome.order) };
  return answer(201, body, { Location: location(outcome.saga) });
};

const showOrder = (outcome: Order | { ok: false }) => ('ok' in outcome ? outcome : orderView(outcome));

const refusals = [
  'OUT_OF_STOCK',
  'VOUCHER_REJECTED',
  'CHECKOUT_IN_PROGRESS',
  'PRICE_CHANGED',
  'TOTAL_CHANGED',
  'PRODUCT_UNAVAILABLE',
  'SAGA_UNDONE',
] as const;

const checkoutRoutes = (orders: Orders): Route[] => [
  post(
    '/checkouts',
    {
      summary: 'Buy what is in the cart',
      access: 'user',
      body: checkoutBody,
      idempotencyKey: 'required',
      limit: 'checkout',
      answers: {
        201: completedCheckout,
        202: checkout,
        409: refusals,
        422: ['CART_EMPTY', 'IDEMPOTENCY_KEY_REUSED'],
        503: ['CHECKOUT_TIMED_OUT', 'UNAVAILABLE'],
      },
    },
    async ({ user, body, idempotencyKey, header, signal }) => {
      const async = /(^|[,\s])respond-async([,;\s]|$)/i.test(header('prefer') ?? '');
      return respond(await orders.checkout(user, idempotencyKey ?? '', body, { async, signal }));
    },
  ),
  get(
    '/checkouts',
    {
      summary: 'Find checkouts and cancels, newest first',
      access: 'admin',
      query: checkoutListQuery,
      answers: { 200: checkoutList, 400: 'INVALID_CURSOR' },
    },
    async ({ query: { limit, cursor, status } }) => {
      const after = positionFrom(decodeCursor('checkouts', { status }, cursor));
      const sagas = await orders.listCheckouts({
        state: status ? statesOf(status) : undefined,
        after,
        limit: limit + 1,
      });
      return page(sagas.map(checkoutView), limit, placeOf, 'checkouts', { status });
    },
  ),
  get(
    '/checkouts/:id',
    { summary: 'A checkout', access: 'user', params: idParams, answers: { 200: checkout, 404: 'CHECKOUT_NOT_FOUND' } },
    async ({ params, user }) => {
      const saga = await orders.findCheckout(params.id, user);
      return isRefusal(saga) ? saga : checkoutView(saga);
    },
  ),
  get(
    '/checkouts/:id/events',
    {
      summary: 'A checkout as it happens (Server-Sent Events)',
      access: 'user',
      params: idParams,
      streams: 'text/event-stream',
      answers: { 200: checkout, 404: 'CHECKOUT_NOT_FOUND' },
    },
    async ({ params, user, signal }) => {
      const saga = await orders.findCheckout(params.id, user);
      return isRefusal(saga) ? saga : stream('text/event-stream', events(orders.watch(saga, signal)));
    },
  ),
  post(
    '/checkouts/:id/retry',
    {
      summary: 'Push a parked saga on',
      access: 'admin',
      params: idParams,
      body: emptyBody,
      answers: { 200: checkout, 404: 'CHECKOUT_NOT_FOUND', 409: 'INVALID_TRANSITION' },
    },
    async ({ params }) => {
      const saga = await orders.retry(params.id);
      return isRefusal(saga) ? saga : checkoutView(saga);
    },
  ),
];

async function* events(sagas: AsyncIterable<Saga | undefined>): AsyncGenerator<string> {
  for await (const saga of sagas)
    yield saga ? `event: checkout\ndata: ${JSON.stringify(checkoutView(saga))}\n\n` : ': still here\n\n';
}

const orderPages = (orders: Orders): Route[] => [
  get(
    '/orders',
    {
      summary: 'Your orders, newest first; all of them for admins',
      access: 'user',
      query: orderListQuery,
      answers: { 200: orderList, 400: 'INVALID_CURSOR' },
    },
    async ({ user, query: { limit, cursor, number, userId, status } }) => {
      const filters = { caller: user.role === 'admin' ? 'admin' : user.id, number, userId, status };
      const after = positionFrom(decodeCursor('orders', filters, cursor));
      const wanted = { number, userId, status: status as OrderStatus };
      const found = await orders.listOrders(user, { ...wanted, after, limit: limit + 1 });
      return page(found.map(orderView), limit, placeOf, 'orders', filters);
    },
  ),
  get(
    '/orders/:id',
    { summary: 'An order', access: 'user', params: idParams, answers: { 200: order, 404: 'ORDER_NOT_FOUND' } },
    async ({ params, user }) => showOrder(await orders.findOrder(params.id, user)),
  ),
  post(
    '/orders/:id/cancel',
    {
      summary: 'Cancel an order that is not shipped',
      access: 'user',
      params: idParams,
      body: cancelBody,
      idempotencyKey: 'optional',
      answers: { 200: order, 404: 'ORDER_NOT_FOUND', 409: 'NOT_CANCELLABLE', 422: 'IDEMPOTENCY_KEY_REUSED' },
    },
    async ({ params, user, body, idempotencyKey }) =>
      showOrder(await orders.cancel(params.id, user, body.reason, idempotencyKey)),
  ),
  ...(['ship', 'deliver'] as const).map((verb) =>
    post(
      `/orders/:id/${verb}`,
      {
        summary: verb === 'ship' ? 'Ship a confirmed order' : 'Deliver a shipped order',
        access: 'admin',
        params: idParams,
        body: emptyBody,
        answers: { 200: order, 404: 'ORDER_NOT_FOUND', 409: 'INVALID_TRANSITION' },
      },
      async ({ params, user }) =>
        showOrder(await orders.advance(params.id, verb === 'ship' ? 'shipped' : 'delivered', user)),
    ),
  ),
];

export const orderRoutes = (orders: Orders): Route[] => [...checkoutRoutes(orders), ...orderPages(orders)];
