import { isDeepStrictEqual } from 'node:util';
import type { CheckoutRequest } from '@shop/order/domain.ts';
import type { Books } from './backend.ts';
import type { CheckoutAnswer, Ledger } from './ledger.ts';
import { Breach, sumOf, watchStock, watchVouchers } from './promises.ts';

/** What has not come to its end yet; empty when the shop is at rest. */
export const unfinishedIn = (books: Books): string[] => [
  ...books.sagas
    .filter(({ state }) => state !== 'completed' && state !== 'compensated')
    .map(({ id, state }) => `saga ${id} is ${state}`),
  ...books.orders.filter(({ status }) => status === 'created').map(({ id }) => `order ${id} is not confirmed`),
  ...books.holds.filter(({ state }) => state === 'held').map(({ sagaId }) => `stock is held for ${sagaId}`),
  ...books.applications
    .filter(({ state }) => state === 'applied')
    .map(({ sagaId }) => `vouchers are held for ${sagaId}`),
  ...books.carts.flatMap(({ userId, lock }) => (lock ? [`the cart of ${userId} is locked by ${lock.sagaId}`] : [])),
  ...(books.waiting > 0 ? [`${books.waiting} events wait`] : []),
];

type Check = (books: Books, ledger: Ledger) => string[];

/** I4: a completed saga has one order and all it holds; one that was rolled back, or cancelled, has nothing left. */
const sagasAndHolds: Check = ({ sagas, orders, holds, redemptions }) => {
  const breaches: string[] = [];
  const orderOf = Map.groupBy(orders, ({ checkoutId }) => checkoutId);
  const holdOf = new Map(holds.map((hold) => [hold.sagaId, hold]));
  const usesOf = Map.groupBy(
    redemptions.filter(({ isLive }) => isLive),
    ({ sagaId }) => sagaId,
  );
  for (const { id, kind, state, orderId } of sagas) {
    if (kind === 'cancel') {
      if (orders.find((order) => order.id === orderId)?.status !== 'cancelled')
        breaches.push(`I4: the cancel of order ${orderId} is ${state}, the order is not cancelled`);
      continue;
    }
    const [order, ...more] = orderOf.get(id) ?? [];
    const hold = holdOf.get(id);
    const uses = usesOf.get(id) ?? [];
    if (more.length > 0) breaches.push(`I3: saga ${id} has ${more.length + 1} orders`);
    const isKept = state === 'completed' && order?.status !== 'cancelled';
    if (state === 'completed' && !order) breaches.push(`I4: saga ${id} is completed without an order`);
    if (isKept && hold?.state !== 'committed') breaches.push(`I4: the stock of order ${order?.id} is ${hold?.state}`);
    if (!isKept && (hold?.state === 'committed' || hold?.state === 'held'))
      breaches.push(`I4: saga ${id} (${state}) is over, its stock is ${hold.state}`);
    if (!isKept && uses.length > 0) breaches.push(`I4: saga ${id} (${state}) is over, and still uses vouchers`);
  }
  const known = new Set(sagas.map(({ id }) => id));
  for (const { sagaId, state } of holds)
    if ((state === 'held' || state === 'committed') && !known.has(sagaId))
      breaches.push(`I4: stock is ${state} for ${sagaId}, which nobody knows`);
  for (const sagaId of usesOf.keys())
    if (!known.has(sagaId)) breaches.push(`I4: vouchers are used by ${sagaId}, which nobody knows`);
  return breaches;
};

/** I1 as buyers and the admin see it: what came in and was not sold is on the shelf. */
const unitsOnTheShelf: Check = ({ stock, orders }, { adjusted }) =>
  stock.flatMap(({ sku, onHand }) => {
    const sold = orders
      .filter(({ status }) => status !== 'cancelled')
      .flatMap(({ lines }) => lines)
      .reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0);
    const { least, most } = adjusted.get(sku) ?? { least: 0, most: 0 };
    const isRight = onHand >= least - sold && onHand <= most - sold;
    return isRight ? [] : [`I1: ${onHand} of ${sku} on hand, ${sold} sold, ${least} to ${most} came in`];
  });

/** I5: what was put into carts is in them, or was ordered. */
const unitsInCarts: Check = ({ carts, orders }, { units, uncounted, personOf }) => {
  const found = new Map<string, number>();
  const add = (userId: string, lines: readonly { sku: string; quantity: number }[]) => {
    for (const { sku, quantity } of lines) {
      const place = `${personOf(userId)} ${sku}`;
      found.set(place, (found.get(place) ?? 0) + quantity);
    }
  };
  for (const { userId, lines } of carts) add(userId, lines);
  for (const { userId, lines } of orders) add(userId, lines);
  return [...new Set([...units.keys(), ...found.keys()])].flatMap((place) => {
    if (uncounted.has(place)) return [];
    const { least, most } = units.get(place) ?? { least: 0, most: 0 };
    const there = found.get(place) ?? 0;
    return there >= least && there <= most
      ? []
      : [`I5: ${there} units of ${place} are in carts and orders, ${least} to ${most} were put in`];
  });
};

/** I3 and I8: a key has one outcome, and what was answered is what is stored. */
const answers: Check = (books, { checkouts }) =>
  [...Map.groupBy(checkouts, ({ userId, key }) => `${userId} ${key}`)].flatMap(([key, answered]) => [
    ...differences(key, answered),
    ...answered.flatMap((one) => storedAs(books, one)),
  ]);

const outcomeName = ({ outcome }: CheckoutAnswer): string | undefined => {
  if (outcome.kind === 'completed') return `order ${outcome.order.id}`;
  // Only a refusal that names its checkout is what the key has come to.
  return outcome.kind === 'refused' && outcome.checkoutId && outcome.code !== 'IDEMPOTENCY_KEY_REUSED'
    ? `refused ${outcome.code}`
    : undefined;
};

const differences = (key: string, answered: readonly CheckoutAnswer[]): string[] => {
  const outcomes = new Set(answered.map(outcomeName).filter((name) => name !== undefined));
  const sagas = new Set(
    answered.flatMap(({ outcome }) =>
      outcome.kind === 'completed' || outcome.kind === 'pending' ? [outcome.saga.id] : [],
    ),
  );
  return [
    ...(outcomes.size > 1 ? [`I3: ${key} was answered ${[...outcomes].join(' and ')}`] : []),
    ...(sagas.size > 1 ? [`I3: ${key} began ${sagas.size} checkouts`] : []),
    ...(outcomes.size === 0 ? [`I4: ${key} has no outcome: ${answered.map(({ outcome }) => outcome.kind)}`] : []),
  ];
};

/** The same request, in whichever order its fields are kept. */
const isSame = (a: CheckoutRequest, b: CheckoutRequest): boolean =>
  isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));

const storedAs = ({ sagas, orders }: Books, { key, userId, request, outcome }: CheckoutAnswer): string[] => {
  if ((outcome.kind === 'pending' || outcome.kind === 'completed') && !isSame(outcome.saga.request, request))
    return [`I3: ${key} was answered for another request`];
  if (outcome.kind === 'pending')
    return sagas.some(({ id }) => id === outcome.saga.id) ? [] : [`I8: checkout ${outcome.saga.id} of ${key} is gone`];
  if (outcome.kind === 'refused') {
    const saga = sagas.find(({ id }) => id === outcome.checkoutId);
    // CHECKOUT_IN_PROGRESS names the other checkout, which may well have an order.
    if (!saga || saga.userId !== userId || outcome.code === 'CHECKOUT_IN_PROGRESS') return [];
    return outcome.code === saga.problem?.code ? [] : [`I8: ${key} was refused ${outcome.code}, ${saga.id} is not`];
  }
  if (outcome.kind === 'unknown') return [];
  const stored = orders.find(({ id }) => id === outcome.order.id);
  if (!stored) return [`I8: order ${outcome.order.id} of ${key} is gone`];
  const isStored = stored.total === outcome.order.total && sumOf(stored.lines) === sumOf(outcome.order.lines);
  const expected = request.expectedTotal?.amount;
  return [
    ...(isStored && stored.userId === userId ? [] : [`I8: order ${stored.id} of ${key} is not what was answered`]),
    ...(stored.status === 'created' ? [`I8: order ${stored.id} of ${key} was answered, and is not confirmed`] : []),
    ...(expected === undefined || expected === stored.total
      ? []
      : [`I6: ${key} expected to pay ${expected} and pays ${stored.total}`]),
  ];
};

/** I8: an order whose cancel was acknowledged is cancelled, one that was sent stays so. */
const changesOfOrders: Check = ({ orders }, { cancels, advances }) => {
  const status = new Map(orders.map(({ id, status }) => [id, status]));
  return [
    ...cancels.flatMap(({ orderId, known }) =>
      known === 'done' && status.get(orderId) !== 'cancelled'
        ? [`I8: the cancel of order ${orderId} was acknowledged, it is ${status.get(orderId)}`]
        : [],
    ),
    ...advances.flatMap(({ orderId, to }) =>
      status.get(orderId) === 'delivered' || status.get(orderId) === to
        ? []
        : [`I8: order ${orderId} was ${to}, it is ${status.get(orderId)}`],
    ),
  ];
};

/** I9: every price is one of the catalogue's, and one that the buyer was shown. */
const pricesPaid: Check = ({ orders }, { prices, shown, missedAnswers, personOf }) =>
  orders.flatMap(({ id, userId, lines }) =>
    lines.flatMap(({ sku, unitPrice }) => {
      if (!prices.get(sku)?.has(unitPrice))
        return [`I9: order ${id} pays ${unitPrice} for ${sku}, which never cost that`];
      const person = personOf(userId);
      return missedAnswers.has(person) || shown.get(`${person} ${sku}`)?.has(unitPrice)
        ? []
        : [`I9: order ${id} pays ${unitPrice} for ${sku}, which its buyer was not shown`];
    }),
  );

const checks: readonly Check[] = [sagasAndHolds, unitsOnTheShelf, unitsInCarts, answers, changesOfOrders, pricesPaid];

/** Everything that must hold when the shop is at rest. @throws Breach for the first that does not. */
export const checkAtRest = (books: Books, ledger: Ledger): void => {
  watchStock(books);
  watchVouchers(books);
  for (const check of [...checks, () => ledger.breaches])
    for (const breach of check(books, ledger)) {
      const [promise = '', ...sentence] = breach.split(': ');
      throw new Breach(promise, sentence.join(': '));
    }
};
