import type { Quote, SnapshotLine, VoucherRejection } from '@shop/contracts/commands.ts';
import { type Money, money } from '@shop/contracts/money.ts';
import type { Offers } from './catalogue.ts';
import type { Cart, Line } from './domain.ts';

export interface ItemView {
  sku: string;
  productId: string;
  title: string;
  imageUrl: string | null;
  quantity: number;
  /** The price as it is now; of an item that can't be bought any more, the last one seen. */
  unitPrice: Money;
  lineTotal: Money;
  /** False: the product is gone, the line stays outside the subtotal. */
  available: boolean;
  /** True: the price is not the one that the buyer saw, which is in `previousPrice`. */
  priceChanged: boolean;
  previousPrice?: Money;
}

export interface CartView {
  id: string;
  userId: string;
  cartNo: number;
  status: 'open' | 'locked';
  items: ItemView[];
  vouchers: string[];
  subtotal: Money;
  currency: string;
  version: number;
  updatedAt: string | null;
}

const itemView = (line: Line, offers: Offers, currency: string): ItemView => {
  const offer = offers.get(line.sku);
  const price = offer?.price ?? line.seenPrice;
  const priceChanged = price !== line.seenPrice;
  return {
    sku: line.sku,
    productId: line.productId,
    title: offer?.title ?? line.title,
    imageUrl: (offer ? offer.imageUrl : line.imageUrl) || null,
    quantity: line.quantity,
    unitPrice: money(price, currency),
    lineTotal: money(price * line.quantity, currency),
    available: offer !== undefined,
    priceChanged,
    ...(priceChanged && { previousPrice: money(line.seenPrice, currency) }),
  };
};

/** The cart as its buyer sees it, at today's prices. A user has one cart for good, so its id is the user's. */
export const cartView = (cart: Cart, offers: Offers, currency: string): CartView => {
  const items = cart.lines.map((line) => itemView(line, offers, currency));
  const subtotal = items.reduce((sum, item) => sum + (item.available ? item.lineTotal.amount : 0), 0);
  return {
    id: cart.userId,
    userId: cart.userId,
    cartNo: cart.cartNo,
    status: cart.lock ? 'locked' : 'open',
    items,
    vouchers: cart.vouchers,
    subtotal: money(subtotal, currency),
    currency,
    version: cart.version,
    updatedAt: cart.updatedAt,
  };
};

/** The lines that can be bought now, at today's prices: what a quote is about. */
export const linesToPrice = (
  cart: Cart,
  offers: Offers,
): Pick<SnapshotLine, 'sku' | 'productId' | 'quantity' | 'unitPrice'>[] =>
  cart.lines.flatMap(({ sku, quantity }) => {
    const offer = offers.get(sku);
    return offer ? [{ sku, productId: offer.productId, quantity, unitPrice: offer.price }] : [];
  });

export interface QuoteView {
  lines: { sku: string; quantity: number; unitPrice: Money; discount: Money; total: Money }[];
  subtotal: Money;
  discounts: { code: string; amount: Money }[];
  rejected: { code: string; reason: VoucherRejection }[];
  discountTotal: Money;
  total: Money;
}

/** A quote with Money instead of amounts. */
export const quoteView = (quote: Quote): QuoteView => {
  const inMoney = (amount: number) => money(amount, quote.currency);
  return {
    lines: quote.lines.map(({ sku, quantity, unitPrice, discount, total }) => ({
      sku,
      quantity,
      unitPrice: inMoney(unitPrice),
      discount: inMoney(discount),
      total: inMoney(total),
    })),
    subtotal: inMoney(quote.subtotal),
    discounts: quote.discounts.map(({ code, amount }) => ({ code, amount: inMoney(amount) })),
    rejected: quote.rejected.map(({ code, reason }) => ({ code, reason })),
    discountTotal: inMoney(quote.discountTotal),
    total: inMoney(quote.total),
  };
};
