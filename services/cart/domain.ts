import type { CartSnapshot, VoucherRejection } from '@shop/contracts/commands.ts';
import type { NewEvent } from '@shop/contracts/events.ts';
import { type Refusal, refuse } from '@shop/contracts/problems.ts';
import type { Offer, Offers } from './catalogue.ts';

export const limits = { quantity: 999, lines: 100, vouchers: 10 } as const;

export interface Line {
  sku: string;
  productId: string;
  /** As they were when the line was made: what is shown once the product is gone. */
  title: string;
  imageUrl?: string;
  quantity: number;
  /** The unit price that the buyer saw last, in minor units: nobody pays another one unseen. */
  seenPrice: number;
}

/** A checkout holds the cart. */
export interface Lock {
  sagaId: string;
  orderId: string;
  /** The first reply, kept so that a repeat gets the same. */
  snapshot: CartSnapshot;
  /** How often the cart has asked what became of the saga, and when (ISO 8601) it asks next. */
  asked: number;
  askAt: string;
}

/** What became of a saga here, so that repeated and late commands find it. */
export interface SagaOutcome {
  sagaId: string;
  kind: 'refused' | 'unlocked' | 'completed';
  /** ISO 8601. */
  at: string;
  /** The refusal of a lock that changed something, for its repeats. */
  refusal?: Refusal<'PRICE_CHANGED'>;
}

export interface Merging {
  /** Whose cart takes this one in. */
  userId: string;
  /** Tells one attempt from the next: the version that the cart was frozen with. */
  attempt: number;
}

/** The one document of a user's cart. Version 0: never stored. */
export interface Cart {
  userId: string;
  /** Rises with each order, and when the cart has moved into another one. */
  cartNo: number;
  lines: Line[];
  vouchers: string[];
  lock?: Lock;
  outcomes: SagaOutcome[];
  /** Set while another cart takes this one in; buyers and checkouts don't touch the cart until that has ended. */
  mergingInto?: Merging;
  /** The carts that were taken in, as `<userId>:<cartNo>`. */
  mergedFrom: string[];
  /** The attempts that were refused, as `<userId>:<cartNo>:<attempt>`. */
  mergesRefused: string[];
  version: number;
  /** ISO 8601; null while the cart was never stored. */
  updatedAt: string | null;
}

/** What a decision makes of a cart. The very same cart object: there is nothing to store. */
export interface Change<Reply = undefined> {
  ok: true;
  cart: Cart;
  events: readonly NewEvent[];
  reply: Reply;
}

export type Decision<Reply = undefined> = Change<Reply> | Refusal;

/** The cart of a user who has not used it yet. */
export const emptyCart = (userId: string): Cart => ({
  userId,
  cartNo: 1,
  lines: [],
  vouchers: [],
  outcomes: [],
  mergedFrom: [],
  mergesRefused: [],
  version: 0,
  updatedAt: null,
});

/** The cart after a change; every stored change raises the version by one. */
export const changed = (cart: Cart, patch: Partial<Cart>, now: Date): Cart => ({
  ...cart,
  ...patch,
  version: cart.version + 1,
  updatedAt: now.toISOString(),
});

const stored = (cart: Cart): Change => ({ ok: true, cart, events: [], reply: undefined });

/** What every edit of a locked cart answers. */
export const refuseLocked = ({ sagaId }: Lock): Refusal<'CART_LOCKED'> =>
  refuse('CART_LOCKED', {
    checkoutId: sagaId,
    detail: 'A checkout of this cart is under way; it can be changed again when that has ended.',
  });

const lineOf = (cart: Cart, sku: string): Line | undefined => cart.lines.find((line) => line.sku === sku);

const withQuantity = (cart: Cart, sku: string, quantity: number): Line[] =>
  cart.lines.map((line) => (line.sku === sku ? { ...line, quantity } : line));

const newLine = ({ sku, productId, title, imageUrl, price }: Offer, quantity: number): Line => ({
  sku,
  productId,
  title,
  imageUrl,
  quantity,
  seenPrice: price,
});

const append = (cart: Cart, sku: string, quantity: number, offers: Offers, now: Date): Decision => {
  const offer = offers.get(sku);
  if (!offer) return refuse('SKU_UNKNOWN', { errors: [{ sku }] });
  if (cart.lines.length >= limits.lines) {
    return refuse('CART_FULL', { detail: `A cart holds at most ${limits.lines} different items.` });
  }
  return stored(changed(cart, { lines: [...cart.lines, newLine(offer, quantity)] }, now));
};

/** Adds `quantity` of a SKU; more of a SKU that is in the cart keeps the price that was seen. */
export const addItem = (
  cart: Cart,
  { sku, quantity }: { sku: string; quantity: number },
  offers: Offers,
  now: Date,
): Decision => {
  if (cart.lock) return refuseLocked(cart.lock);
  const line = lineOf(cart, sku);
  if (!line) return append(cart, sku, quantity, offers, now);
  if (!offers.has(sku)) return refuse('SKU_UNKNOWN', { errors: [{ sku }] });
  const sum = line.quantity + quantity;
  if (sum > limits.quantity) {
    const detail = `The cart holds ${line.quantity} of ${sku} already; a line holds at most ${limits.quantity}.`;
    return refuse('QUANTITY_LIMIT', { detail, errors: [{ sku, requested: sum, limit: limits.quantity }] });
  }
  return stored(changed(cart, { lines: withQuantity(cart, sku, sum) }, now));
};

/** Sets the quantity of a SKU: 0 removes it, a SKU that is not in the cart is added. */
export const setQuantity = (
  cart: Cart,
  { sku, quantity }: { sku: string; quantity: number },
  offers: Offers,
  now: Date,
): Decision => {
  if (quantity === 0) return removeItem(cart, sku, now);
  if (cart.lock) return refuseLocked(cart.lock);
  const line = lineOf(cart, sku);
  if (!line) return append(cart, sku, quantity, offers, now);
  if (line.quantity === quantity) return stored(cart);
  return stored(changed(cart, { lines: withQuantity(cart, sku, quantity) }, now));
};

/** Takes a SKU out; one that is not in the cart changes nothing. */
export const removeItem = (cart: Cart, sku: string, now: Date): Decision => {
  if (cart.lock) return refuseLocked(cart.lock);
  if (!lineOf(cart, sku)) return stored(cart);
  return stored(changed(cart, { lines: cart.lines.filter((line) => line.sku !== sku) }, now));
};

/** Takes out every line and voucher. */
export const clear = (cart: Cart, now: Date): Decision => {
  if (cart.lock) return refuseLocked(cart.lock);
  if (cart.lines.length === 0 && cart.vouchers.length === 0) return stored(cart);
  return stored(changed(cart, { lines: [], vouchers: [] }, now));
};

/** Nothing that the buyer does to the cart makes a voucher work that was rejected for one of these. */
const incurable: ReadonlySet<VoucherRejection> = new Set<VoucherRejection>([
  'UNKNOWN',
  'INACTIVE',
  'EXPIRED',
  'USAGE_LIMIT',
  'PER_USER_LIMIT',
  'WRONG_USER',
]);

/** Puts a voucher in; `rejection` is what the discount service says of it for this user now. */
export const addVoucher = (
  cart: Cart,
  { code, rejection }: { code: string; rejection: VoucherRejection | undefined },
  now: Date,
): Decision => {
  if (cart.lock) return refuseLocked(cart.lock);
  if (rejection && incurable.has(rejection)) {
    return refuse('VOUCHER_REJECTED', { errors: [{ code, reason: rejection }] });
  }
  if (cart.vouchers.includes(code)) return stored(cart);
  if (cart.vouchers.length >= limits.vouchers) {
    return refuse('CART_FULL', { detail: `A cart holds at most ${limits.vouchers} vouchers.` });
  }
  return stored(changed(cart, { vouchers: [...cart.vouchers, code] }, now));
};

/** Takes a voucher out; one that is not in the cart changes nothing. */
export const removeVoucher = (cart: Cart, code: string, now: Date): Decision => {
  if (cart.lock) return refuseLocked(cart.lock);
  if (!cart.vouchers.includes(code)) return stored(cart);
  return stored(changed(cart, { vouchers: cart.vouchers.filter((kept) => kept !== code) }, now));
};
