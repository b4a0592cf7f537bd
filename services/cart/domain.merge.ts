import { type Cart, type Change, changed, type Decision, type Line, limits, refuseLocked } from './domain.ts';

/**
 * A cart moves into another user's in three guarded writes: it is frozen, taken in by the other, emptied. The document
 * of the cart that takes in decides each attempt, once: taken or refused. So whoever finds a frozen cart, however late
 * and however many at a time, brings it to the same end.
 */

/** Older entries belong to carts that were emptied long ago. */
const mergesKept = 200;

const keyOf = ({ userId, cartNo }: Cart): string => `${userId}:${cartNo}`;

const attemptOf = (frozen: Cart): string => `${keyOf(frozen)}:${frozen.mergingInto?.attempt}`;

/** Freezes a cart that is to move into `userId`'s. Answers the same cart when there is nothing to move. */
export const freezeForMerge = (cart: Cart, userId: string, now: Date): Decision<Cart> => {
  if (cart.lock) return refuseLocked(cart.lock);
  const nothing = cart.lines.length === 0 && cart.vouchers.length === 0;
  const next = nothing ? cart : changed(cart, { mergingInto: { userId, attempt: cart.version + 1 } }, now);
  return { ok: true, cart: next, events: [], reply: next };
};

/**
 * Takes a frozen cart in: quantities add, at most 999 a line; a line that is there keeps the price that was seen here.
 * Answers whether it was taken. Refused while a checkout holds this cart, while it is to move itself, and where it can't
 * hold all of the other's lines and vouchers, so that none of them is lost.
 */
export const takeIn = (cart: Cart, frozen: Cart, now: Date): Change<boolean> => {
  if (cart.mergedFrom.includes(keyOf(frozen))) return { ok: true, cart, events: [], reply: true };
  if (cart.mergesRefused.includes(attemptOf(frozen))) return { ok: true, cart, events: [], reply: false };
  const lines = sumOf(cart.lines, frozen.lines);
  const vouchers = [...new Set([...cart.vouchers, ...frozen.vouchers])];
  const fits = lines.length <= limits.lines && vouchers.length <= limits.vouchers;
  if (cart.lock || cart.mergingInto || !fits) {
    const mergesRefused = [...cart.mergesRefused, attemptOf(frozen)].slice(-mergesKept);
    return { ok: true, cart: changed(cart, { mergesRefused }, now), events: [], reply: false };
  }
  const mergedFrom = [...cart.mergedFrom, keyOf(frozen)].slice(-mergesKept);
  return { ok: true, cart: changed(cart, { lines, vouchers, mergedFrom }, now), events: [], reply: true };
};

const sumOf = (lines: readonly Line[], more: readonly Line[]): Line[] => {
  const sums = new Map(lines.map((line) => [line.sku, line]));
  for (const line of more) {
    const kept = sums.get(line.sku);
    const quantity = Math.min(limits.quantity, (kept?.quantity ?? 0) + line.quantity);
    sums.set(line.sku, { ...(kept ?? line), quantity });
  }
  return [...sums.values()];
};

/**
 * Ends the merge of a frozen cart. Taken in, it is left empty with the next number, so that its next merge is another
 * one; refused, it is as it was. A cart whose merge has ended already stays as it is.
 */
export const endMerge = (cart: Cart, frozen: Cart, taken: boolean, now: Date): Change => {
  const ended = cart.cartNo !== frozen.cartNo || cart.mergingInto?.attempt !== frozen.mergingInto?.attempt;
  if (ended) return { ok: true, cart, events: [], reply: undefined };
  const emptied = { lines: [], vouchers: [], cartNo: cart.cartNo + 1 };
  const next = changed(cart, { ...(taken && emptied), mergingInto: undefined }, now);
  return { ok: true, cart: next, events: [], reply: undefined };
};
