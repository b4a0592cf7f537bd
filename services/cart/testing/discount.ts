import type { DiscountCommands, PricedLine, VoucherRejection } from '@shop/contracts/commands.ts';
import { plainQuote } from '@shop/contracts/quote.ts';

export interface FixtureVoucher {
  /** Minor units off the whole order, at most what it costs. */
  off: number;
  minSubtotal?: number;
  /** Rejects it whatever is in the cart. */
  rejection?: VoucherRejection;
}

/** Fixed amounts off an order, in the order of `codes`, taken from the first lines first. */
export const fixtureDiscount = (vouchers: Record<string, FixtureVoucher>): Pick<DiscountCommands, 'quote'> => ({
  async quote({ lines, currency, codes }) {
    const { lines: plain, subtotal } = plainQuote(lines, currency);
    const discounts: { code: string; amount: number }[] = [];
    const rejected: { code: string; reason: VoucherRejection }[] = [];
    for (const code of codes) {
      const voucher = vouchers[code];
      const reason = rejectionOf(voucher, subtotal, plain);
      if (reason || !voucher) rejected.push({ code, reason: reason ?? 'UNKNOWN' });
      else discounts.push({ code, amount: take(plain, voucher.off) });
    }
    const discountTotal = discounts.reduce((sum, { amount }) => sum + amount, 0);
    return { currency, lines: plain, subtotal, discounts, rejected, discountTotal, total: subtotal - discountTotal };
  },
});

const rejectionOf = (
  voucher: FixtureVoucher | undefined,
  subtotal: number,
  lines: readonly PricedLine[],
): VoucherRejection | undefined => {
  if (!voucher) return 'UNKNOWN';
  if (voucher.rejection) return voucher.rejection;
  if (subtotal < (voucher.minSubtotal ?? 0)) return 'MIN_SUBTOTAL';
  return lines.length === 0 ? 'NOT_APPLICABLE' : undefined;
};

const take = (lines: PricedLine[], off: number): number => {
  let left = off;
  for (const line of lines) {
    const amount = Math.min(left, line.total);
    line.discount += amount;
    line.total -= amount;
    left -= amount;
  }
  return off - left;
};
