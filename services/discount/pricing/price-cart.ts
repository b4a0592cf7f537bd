import type { Quote, QuoteRequest, Role, VoucherRejection } from '@shop/contracts/commands.ts';
import { plainQuote } from '@shop/contracts/quote.ts';
import { byCode, byPriority, type Scope, type Voucher } from '../domain.ts';
import { giftOf, type OpenLine } from './deal.ts';
import { type Candidate, type Circumstances, obstacleTo } from './eligibility.ts';
import { spread } from './exact.ts';

export type CartLine = QuoteRequest['lines'][number];

/** A cart, the vouchers somebody wants to use on it, and all that decides about them. */
export interface CartToPrice {
  lines: readonly CartLine[];
  currency: string;
  user: { id: string; role: Role };
  now: Date;
  candidates: readonly Candidate[];
  /** Codes that no voucher has. */
  unknown: readonly string[];
  /** The category of a product, undefined when nobody knows it. */
  categoryOf: (productId: string) => string | undefined;
}

/**
 * Prices a cart: vouchers by priority, then code, each on what the earlier ones left of the lines in its scope. One that
 * is not combinable stands alone: the first to be applied wins, whatever can't stand beside it is NOT_COMBINABLE. A
 * voucher that gives nothing is NOT_APPLICABLE and keeps nobody out. Discounts are answered as applied, rejections by
 * code; line totals are never negative and discounts sum exactly.
 * @throws RangeError when the cart is worth more than integers can hold exactly.
 */
export const priceCart = (cart: CartToPrice): Quote => {
  const quote = plainQuote(cart.lines, cart.currency);
  if (!Number.isSafeInteger(quote.subtotal)) throw new RangeError('the cart is worth more than can be counted exactly');
  const applied: Voucher[] = [];
  quote.rejected = cart.unknown.map((code) => ({ code, reason: 'UNKNOWN' }));
  for (const candidate of [...cart.candidates].sort((a, b) => byPriority(a.voucher, b.voucher))) {
    const { voucher } = candidate;
    const outcome = tryVoucher(candidate, applied, { ...cart, subtotal: quote.subtotal }, quote);
    if (typeof outcome === 'string') {
      quote.rejected.push({ code: voucher.code, reason: outcome });
      continue;
    }
    applied.push(voucher);
    quote.discounts.push({ code: voucher.code, amount: outcome });
    quote.discountTotal += outcome;
  }
  quote.rejected.sort(byCode);
  quote.total = quote.subtotal - quote.discountTotal;
  return quote;
};

/** Applies a voucher to the quote's lines and answers its amount, or says why not and leaves them alone. */
const tryVoucher = (
  candidate: Candidate,
  applied: readonly Voucher[],
  cart: CartToPrice & Circumstances,
  quote: Quote,
): number | VoucherRejection => {
  const { voucher } = candidate;
  const obstacle = obstacleTo(candidate, cart);
  if (obstacle) return obstacle;
  if (applied.length > 0 && !(voucher.combinable && applied.every(({ combinable }) => combinable))) {
    return 'NOT_COMBINABLE';
  }
  const inScope = scopeTest(voucher.scope, cart.categoryOf);
  const open = quote.lines.map(({ unitPrice, quantity, total }, index): OpenLine => {
    const line = cart.lines[index];
    return { unitPrice, quantity, left: total, inScope: line !== undefined && inScope(line) };
  });
  const { amount, weights } = giftOf(voucher, open);
  if (amount === 0) return 'NOT_APPLICABLE';
  const caps = open.map(({ left }) => left);
  for (const [index, share] of spread(amount, weights, caps).entries()) {
    const line = quote.lines[index];
    if (!line) continue;
    line.discount += share;
    line.total -= share;
  }
  return amount;
};

/** How a category is compared: by its letters, not their case. */
const folded = (category: string): string => category.normalize('NFKC').trim().toLowerCase();

const scopeTest = (scope: Scope, categoryOf: CartToPrice['categoryOf']): ((line: CartLine) => boolean) => {
  if (scope.kind === 'order') return () => true;
  if (scope.kind === 'categories') {
    const categories = new Set(scope.ids.map(folded));
    return ({ productId }) => {
      const category = categoryOf(productId);
      return category !== undefined && categories.has(folded(category));
    };
  }
  const ids = new Set(scope.ids);
  return scope.kind === 'skus' ? ({ sku }) => ids.has(sku) : ({ productId }) => ids.has(productId);
};
