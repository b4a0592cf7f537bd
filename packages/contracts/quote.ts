import type { Quote, SnapshotLine } from './commands.ts';

/** The price of lines without vouchers, in integer minor units. */
export const plainQuote = (
  lines: readonly Pick<SnapshotLine, 'sku' | 'quantity' | 'unitPrice'>[],
  currency: string,
): Quote => {
  const priced = lines.map(({ sku, quantity, unitPrice }) => ({
    sku,
    quantity,
    unitPrice,
    discount: 0,
    total: quantity * unitPrice,
  }));
  const subtotal = priced.reduce((sum, line) => sum + line.total, 0);
  return { currency, lines: priced, subtotal, discounts: [], rejected: [], discountTotal: 0, total: subtotal };
};
