import type { CartSnapshot } from '@shop/contracts/commands.ts';
import type { Order, Saga } from '@shop/order/domain.ts';
import type { Books } from './backend.ts';

/** A promise of the shop was broken. */
export class Breach extends Error {
  readonly promise: string;

  constructor(promise: string, message: string) {
    super(`${promise}: ${message}`);
    this.name = 'Breach';
    this.promise = promise;
  }
}

const broken = (promise: string, message: string): never => {
  throw new Breach(promise, message);
};

/** Where a saga may go from each state. */
const ways: Record<Saga['state'], readonly Saga['state'][]> = {
  running: ['running', 'pivoted', 'compensating', 'compensated', 'completed', 'parked'],
  pivoted: ['pivoted', 'completed', 'parked'],
  completed: ['completed'],
  compensating: ['compensating', 'compensated', 'parked'],
  compensated: ['compensated'],
  parked: ['parked', 'pivoted', 'completed', 'compensating', 'compensated'],
};

const orderWays: Record<Order['status'], readonly Order['status'][]> = {
  created: ['created', 'confirmed', 'cancelled'],
  confirmed: ['confirmed', 'shipped', 'delivered', 'cancelled'],
  shipped: ['shipped', 'delivered'],
  delivered: ['delivered'],
  cancelled: ['cancelled'],
};

/** Promises that hold after every step of a history; what was stored before is remembered for those about changes. */
export interface Watchman {
  /** Looks at the books of the service whose port has just written. @throws Breach */
  look(service: string, books: () => Books): void;
}

export const createWatchman = (): Watchman => {
  const sagas = new Map<string, Pick<Saga, 'state' | 'epoch' | 'version'>>();
  const orders = new Map<string, Order['status']>();
  const carts = new Map<string, number>();
  /** What is the same as it was seen last need not be looked at again. */
  const seenOrders = new Set<string>();
  /** What carts were frozen for, by saga. */
  const snapshots = new Map<string, CartSnapshot>();

  const watchSagas = ({ sagas: stored, orders: placed }: Books): void => {
    const byCheckout = new Map(placed.map((order) => [order.checkoutId, order]));
    for (const { id, kind, state, epoch, version, userId } of stored) {
      const before = sagas.get(id);
      if (before && !ways[before.state].includes(state))
        broken('I4', `saga ${id} went from ${before.state} to ${state}`);
      if (before && (epoch < before.epoch || version < before.version)) broken('I4', `saga ${id} went back`);
      sagas.set(id, { state, epoch, version });
      if (kind === 'cancel') continue;
      const order = byCheckout.get(id);
      if (order && order.userId !== userId) broken('I9', `the order of ${userId} belongs to ${order.userId}`);
      if ((state === 'pivoted' || state === 'completed') && !order)
        broken('I4', `saga ${id} is ${state} without order`);
      if ((state === 'compensating' || state === 'compensated' || state === 'running') && order)
        broken('I4', `saga ${id} is ${state}, yet has order ${order.id}`);
    }
    for (const { id, status } of placed) {
      const before = orders.get(id);
      if (before && !orderWays[before].includes(status)) broken('I4', `order ${id} went from ${before} to ${status}`);
      orders.set(id, status);
    }
  };

  /** Who has said that a checkout is undone holds nothing for it any more, whatever still arrives. */
  const watchUndone = ({ sagas: stored, holds, redemptions, carts: documents }: Books): void => {
    for (const { id, kind, state, participants, undone } of stored) {
      if (kind === 'cancel') continue;
      if (state === 'compensated' && participants.some((one) => !undone.includes(one)))
        broken('I4', `saga ${id} is compensated by ${undone} alone`);
      if (undone.length === 0) continue;
      const hold = holds.find(({ sagaId }) => sagaId === id);
      if (undone.includes('inventory') && (hold?.state === 'held' || hold?.state === 'committed'))
        broken('I4', `saga ${id} was undone, and its stock is ${hold.state}`);
      if (undone.includes('discount') && redemptions.some(({ sagaId, isLive }) => isLive && sagaId === id))
        broken('I4', `saga ${id} was undone, and uses vouchers`);
      if (undone.includes('cart') && documents.some(({ lock }) => lock?.sagaId === id))
        broken('I5', `saga ${id} was undone, and holds a cart`);
    }
  };

  /** A cart that is locked says what its order will be about. */
  const noteSnapshots = ({ carts: documents }: Books): void => {
    for (const { lock } of documents) if (lock) snapshots.set(lock.sagaId, lock.snapshot);
  };

  const watchOrders = ({ orders: placed }: Books): void => {
    for (const order of placed) {
      if (seenOrders.has(order.id)) continue;
      seenOrders.add(order.id);
      const snapshot = snapshots.get(order.checkoutId);
      if (!snapshot || contentOf(snapshot) !== contentOf(order))
        broken(
          'I9',
          `order ${order.id} is not about its cart: ${contentOf(order)}, not ${snapshot && contentOf(snapshot)}`,
        );
      const { lines, vouchers, subtotal, discountTotal, total } = order;
      const sum = (of: (line: (typeof lines)[number]) => number) => lines.reduce((all, line) => all + of(line), 0);
      const used = vouchers.reduce((all, { amount }) => all + amount, 0);
      if (
        total !== subtotal - discountTotal ||
        total < 0 ||
        total !== sum((line) => line.total) ||
        discountTotal !== sum((line) => line.discount) ||
        discountTotal !== used ||
        subtotal !== sum((line) => line.unitPrice * line.quantity) ||
        lines.some((line) => line.total !== line.unitPrice * line.quantity - line.discount || line.total < 0)
      )
        broken('I6', `order ${order.id} does not add up: ${JSON.stringify({ lines, vouchers, total })}`);
    }
  };

  /** An order that was placed and not cancelled holds all that it says, at every moment. */
  const watchHolds = ({ orders: placed, holds, redemptions }: Books): void => {
    const stock = new Map(holds.map((hold) => [hold.sagaId, hold]));
    for (const { id, checkoutId, status, lines, vouchers } of placed) {
      if (status === 'cancelled') continue;
      const hold = stock.get(checkoutId);
      if (hold?.state !== 'held' && hold?.state !== 'committed')
        broken('I4', `the stock of order ${id} (${status}) is ${hold?.state ?? 'not held'}`);
      if (sumOf(hold?.lines ?? []) !== sumOf(lines)) broken('I4', `the stock of order ${id} is not about its lines`);
      const uses = redemptions.filter(({ sagaId, isLive }) => sagaId === checkoutId && isLive);
      if (usesOf(uses) !== usesOf(vouchers))
        broken('I4', `order ${id} owes ${usesOf(vouchers)}, and ${usesOf(uses)} is redeemed for it`);
    }
  };

  return {
    look(service, read) {
      if (service === 'inventory') {
        const books = read();
        watchStock(books);
        watchHolds(books);
        watchUndone(books);
      } else if (service === 'discount') {
        const books = read();
        watchVouchers(books);
        watchHolds(books);
        watchUndone(books);
      } else if (service === 'order') {
        const books = read();
        watchSagas(books);
        watchOrders(books);
        watchHolds(books);
        watchUndone(books);
      } else if (service === 'cart') {
        const books = read();
        noteSnapshots(books);
        watchUndone(books);
        for (const { userId, version } of books.carts) {
          const before = carts.get(userId) ?? 0;
          if (version < before || version > before + 1)
            broken('I5', `the cart of ${userId} went from version ${before} to ${version}`);
          carts.set(userId, version);
        }
      }
    },
  };
};

/** I1, but for the ledger of movements, which the store's own audit sums up. */
export const watchStock = ({ stock, holds }: Books): void => {
  const held = new Map<string, number>();
  for (const { state, lines } of holds)
    if (state === 'held') for (const { sku, quantity } of lines) held.set(sku, (held.get(sku) ?? 0) + quantity);
  for (const { sku, onHand, reserved } of stock) {
    if (reserved < 0 || onHand < reserved) broken('I1', `${sku}: on hand ${onHand}, reserved ${reserved}`);
    if (reserved !== (held.get(sku) ?? 0)) broken('I1', `${sku}: reserved ${reserved}, held ${held.get(sku) ?? 0}`);
  }
};

/** I2. */
export const watchVouchers = ({ vouchers, redemptions }: Books): void => {
  for (const { code, used, usageLimit, perUserLimit } of vouchers) {
    const live = redemptions.filter((one) => one.code === code && one.isLive);
    if (live.length !== used) broken('I2', `${code} counts ${used} uses, and ${live.length} are live`);
    if (usageLimit !== undefined && used > usageLimit) broken('I2', `${code} has ${used} uses of ${usageLimit}`);
    if (perUserLimit === undefined) continue;
    for (const [user, uses] of Map.groupBy(live, ({ userId }) => userId))
      if (uses.length > perUserLimit) broken('I2', `${code} was used ${uses.length} times by ${user}`);
  }
};

/** One spelling of what was ordered or held. */
export const sumOf = (lines: readonly { sku: string; quantity: number }[]): string =>
  [...Map.groupBy(lines, ({ sku }) => sku)]
    .map(([sku, some]) => `${some.reduce((sum, { quantity }) => sum + quantity, 0)} ${sku}`)
    .sort()
    .join(', ');

/** Lines with their prices, and vouchers. */
const contentOf = (what: {
  lines: readonly { sku: string; quantity: number; unitPrice: number }[];
  vouchers: readonly (string | { code: string })[];
}): string => {
  const lines = what.lines.map(({ sku, quantity, unitPrice }) => `${quantity} ${sku} for ${unitPrice}`);
  const codes = what.vouchers.map((voucher) => (typeof voucher === 'string' ? voucher : voucher.code)).sort();
  return [...lines, ...codes].join(', ');
};

const usesOf = (uses: readonly { code: string; amount: number }[]): string =>
  uses
    .map(({ code, amount }) => `${code} ${amount}`)
    .sort()
    .join(', ') || 'nothing';
