import type { Api, Cart, Quote } from '@shop/sdk/api.ts';
import { newIdempotencyKey } from '@shop/sdk/idempotency-key.ts';
import { useSyncExternalStore } from 'react';
import { createStore, isRecord } from '../../client/store.ts';

type Money = Quote['total'];

/** A line as the buyer saw it when they pressed Checkout. */
export interface SummaryLine {
  sku: string;
  productId: string;
  title: string;
  imageUrl: string | null;
  quantity: number;
  /** Before vouchers. */
  total: Money;
}

export interface Summary {
  lines: SummaryLine[];
  discounts: { code: string; amount: Money }[];
  total: Money;
}

/**
 * The checkout that this browser has begun last. It is kept from before the first message until the next one begins:
 * a reload, a lost answer or a second click finds it, and with its key the shop answers with the same checkout.
 */
export interface CheckoutRecord {
  key: string;
  userId: string;
  cartNo: number;
  /** The cart as it was then; one that has changed since is bought by another checkout. */
  cartVersion: number;
  body: NonNullable<Api['POST /checkouts']['body']>;
  summary: Summary;
  /** Known once the shop has answered. */
  checkoutId?: string;
  /** Nothing more is to come of it. */
  ended?: true;
}

const isCheckoutRecord = (value: unknown): value is CheckoutRecord =>
  isRecord(value) &&
  typeof value.key === 'string' &&
  typeof value.userId === 'string' &&
  typeof value.cartNo === 'number' &&
  isRecord(value.body) &&
  isRecord(value.summary) &&
  Array.isArray(value.summary.lines);

const store = createStore<CheckoutRecord>('shop.checkout', isCheckoutRecord);

export const currentRecord = (): CheckoutRecord | undefined => store.get();
export const useCheckoutRecord = (): CheckoutRecord | undefined => useSyncExternalStore(store.subscribe, store.get);

/** Adds to the record while it is still the one with this key; another tab may have begun a new one. */
export const noteOnRecord = (key: string, notes: Pick<CheckoutRecord, 'checkoutId' | 'ended'>): void => {
  const current = store.get();
  if (current?.key === key) store.set({ ...current, ...notes });
};

export const summaryOf = (cart: Cart, quote: Quote | undefined): Summary => ({
  lines: cart.items
    .filter(({ available }) => available)
    .map(({ sku, productId, title, imageUrl, quantity, lineTotal }) => ({
      sku,
      productId,
      title,
      imageUrl,
      quantity,
      total: lineTotal,
    })),
  discounts: quote?.discounts ?? [],
  total: quote?.total ?? cart.subtotal,
});

interface Beginning {
  cart: Cart;
  quote: Quote | undefined;
  /** Another one is refused; without it any is fine. */
  expectedTotal: Money | undefined;
  contact: { email: string; name: string } | undefined;
}

/** Whether the checkout that was begun last is still that of this cart; its answer may have got lost. */
const goesOn = (record: CheckoutRecord, cart: Cart): boolean =>
  !record.ended &&
  record.userId === cart.userId &&
  record.cartNo === cart.cartNo &&
  (record.checkoutId !== undefined || cart.status === 'locked' || record.cartVersion === cart.version);

/** Begins a checkout, unless one of this very cart is under way: then that one goes on. */
export const beginRecord = ({ cart, quote, expectedTotal, contact }: Beginning): void => {
  const current = store.get();
  if (current && goesOn(current, cart)) return;
  store.set({
    key: newIdempotencyKey(),
    userId: cart.userId,
    cartNo: cart.cartNo,
    cartVersion: cart.version,
    body: { ...(expectedTotal && { expectedTotal }), ...(contact && { contact }) },
    summary: summaryOf(cart, quote),
  });
};
