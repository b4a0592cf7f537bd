import type {
  CartDemand,
  CartSnapshot,
  LockReply,
  SagaRef,
  SnapshotLine,
  TimedSagaRef,
} from '@shop/contracts/commands.ts';
import type { UndoKind } from '@shop/contracts/events.ts';
import { money } from '@shop/contracts/money.ts';
import { type Refusal, refuse } from '@shop/contracts/problems.ts';
import type { Offers } from './catalogue.ts';
import { type Cart, type Change, changed, type SagaOutcome } from './domain.ts';

/** The cart as a participant of checkouts: lock, and then either unlock or complete, each once, in whatever order they come. */

/** Outcomes must outlive every `notAfter` by far, and a user who checks out without end must not swell the document. */
const keptMs = 15 * 60_000;
const keptAtLeast = 20;
const keptAtMost = 500;

const remember = (outcomes: readonly SagaOutcome[], outcome: SagaOutcome, now: Date): SagaOutcome[] => {
  const all = [...outcomes.filter(({ sagaId }) => sagaId !== outcome.sagaId), outcome];
  const oldest = now.getTime() - keptMs;
  return all.filter(({ at }, place) => place >= all.length - keptAtLeast || Date.parse(at) > oldest).slice(-keptAtMost);
};

const outcomeOf = (cart: Cart, sagaId: string): SagaOutcome | undefined =>
  cart.outcomes.find((outcome) => outcome.sagaId === sagaId);

const unchanged = <Reply>(cart: Cart, reply: Reply): Change<Reply> => ({ ok: true, cart, events: [], reply });

/** A lock that holds for longer asks what became of its checkout. */
const askAfterMs = 60_000;
const longestBetweenAsksMs = 60 * 60_000;

const later = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString();

/**
 * Freezes the cart for a saga. A price that the buyer has not seen refuses the checkout once: the same write that keeps
 * this refusal for its repeats also makes the new prices the seen ones, so that the next checkout passes.
 */
export const lockForSaga = (
  cart: Cart,
  { sagaId, orderId, notAfter }: TimedSagaRef,
  { offers, currency }: { offers: Offers; currency: string },
  now: Date,
): Change<LockReply> => {
  const earlier = earlierReply(cart, sagaId);
  if (earlier) return unchanged(cart, earlier);
  if (now.getTime() > Date.parse(notAfter)) return unchanged(cart, refuse('CHECKOUT_TIMED_OUT'));
  const obstacle = obstacleTo(cart, offers);
  if (obstacle) return unchanged(cart, obstacle);
  const refusal = unseenPrices(cart, offers, currency);
  if (refusal) {
    const outcomes = remember(cart.outcomes, { sagaId, kind: 'refused', at: now.toISOString(), refusal }, now);
    const lines = cart.lines.map((line) => ({ ...line, seenPrice: offers.get(line.sku)?.price ?? line.seenPrice }));
    return { ok: true, cart: changed(cart, { lines, outcomes }, now), events: [], reply: refusal };
  }
  const snapshot = snapshotOf(cart, offers, currency);
  const lock = { sagaId, orderId, snapshot, asked: 0, askAt: later(now, askAfterMs) };
  return { ok: true, cart: changed(cart, { lock }, now), events: [], reply: { ok: true, snapshot } };
};

const obstacleTo = (cart: Cart, offers: Offers) => {
  if (cart.lock) return refuse('CHECKOUT_IN_PROGRESS', { checkoutId: cart.lock.sagaId });
  if (cart.lines.length === 0) return refuse('CART_EMPTY');
  const gone = cart.lines.filter(({ sku }) => !offers.has(sku)).map(({ sku }) => ({ sku }));
  return gone.length > 0 ? refuse('PRODUCT_UNAVAILABLE', { errors: gone }) : undefined;
};

/** What a lock would freeze; no lines where it would be refused. */
export const demandOf = (cart: Cart, offers: Offers, currency: string): CartDemand => {
  if (obstacleTo(cart, offers) ?? unseenPrices(cart, offers, currency)) return { currency, lines: [], vouchers: [] };
  const lines = cart.lines.map(({ sku, productId, quantity, seenPrice: unitPrice }) => ({
    sku,
    productId,
    quantity,
    unitPrice,
  }));
  return { currency, lines, vouchers: [...cart.vouchers] };
};

/** What this saga has been told already. It comes before its deadline: a lock that holds must not read as "nothing done". */
const earlierReply = (cart: Cart, sagaId: string): LockReply | undefined => {
  if (cart.lock?.sagaId === sagaId) return { ok: true, snapshot: cart.lock.snapshot };
  const outcome = outcomeOf(cart, sagaId);
  if (!outcome) return undefined;
  if (outcome.kind === 'unlocked') return refuse('SAGA_UNDONE');
  if (outcome.kind === 'completed') return refuse('CHECKOUT_TIMED_OUT', { detail: 'This checkout has ended.' });
  return outcome.refusal;
};

const unseenPrices = (cart: Cart, offers: Offers, currency: string): Refusal<'PRICE_CHANGED'> | undefined => {
  const errors = cart.lines.flatMap(({ sku, seenPrice }) => {
    const price = offers.get(sku)?.price;
    return price === undefined || price === seenPrice
      ? []
      : [{ sku, was: money(seenPrice, currency), now: money(price, currency) }];
  });
  return errors.length > 0 ? refuse('PRICE_CHANGED', { errors }) : undefined;
};

const snapshotOf = (cart: Cart, offers: Offers, currency: string): CartSnapshot => ({
  cartNo: cart.cartNo,
  currency,
  lines: cart.lines.map(
    ({ sku, productId, title, quantity, seenPrice }): SnapshotLine => ({
      sku,
      productId,
      title: offers.get(sku)?.title ?? title,
      quantity,
      unitPrice: seenPrice,
    }),
  ),
  vouchers: [...cart.vouchers],
});

/**
 * Undoes a lock, and answers with `cart.unlocked` in any case: also where this saga holds nothing, or has been answered
 * before. Where its lock has not come yet, the outcome stays as a tombstone that refuses it.
 */
export const unlockForSaga = (
  cart: Cart,
  { sagaId, orderId, userId, kind }: SagaRef & { kind: UndoKind },
  now: Date,
): Change => {
  const completed = outcomeOf(cart, sagaId)?.kind === 'completed';
  const outcome: SagaOutcome = { sagaId, kind: completed ? 'completed' : 'unlocked', at: now.toISOString() };
  const lock = cart.lock?.sagaId === sagaId ? undefined : cart.lock;
  const next = changed(cart, { lock, outcomes: remember(cart.outcomes, outcome, now) }, now);
  const data = { sagaId, orderId, userId, kind, version: next.version };
  return { ok: true, cart: next, events: [{ type: 'cart.unlocked', key: orderId, data }], reply: undefined };
};

/** Empties the cart that this saga holds and opens the next one; a cart that it does not hold stays as it is. */
export const completeForSaga = (cart: Cart, { sagaId, orderId, userId }: SagaRef, now: Date): Change => {
  if (cart.lock?.sagaId !== sagaId) return unchanged(cart, undefined);
  const outcomes = remember(cart.outcomes, { sagaId, kind: 'completed', at: now.toISOString() }, now);
  const next = changed(cart, { lines: [], vouchers: [], cartNo: cart.cartNo + 1, lock: undefined, outcomes }, now);
  const data = { sagaId, orderId, userId, cartNo: cart.cartNo, version: next.version };
  return { ok: true, cart: next, events: [{ type: 'cart.completed', key: orderId, data }], reply: undefined };
};

/** Asks what became of the saga whose lock has held for too long; each time it waits twice as long, at most an hour. */
export const askAboutLock = (cart: Cart, now: Date): Change => {
  const { lock } = cart;
  if (!lock || Date.parse(lock.askAt) > now.getTime()) return unchanged(cart, undefined);
  const asked = lock.asked + 1;
  const waitMs = Math.min(askAfterMs * 2 ** Math.min(asked, 10), longestBetweenAsksMs);
  const next = changed(cart, { lock: { ...lock, asked, askAt: later(now, waitMs) } }, now);
  const data = { sagaId: lock.sagaId, orderId: lock.orderId, userId: cart.userId, version: next.version };
  return { ok: true, cart: next, events: [{ type: 'cart.lock_expired', key: lock.orderId, data }], reply: undefined };
};
