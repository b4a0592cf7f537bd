import { availableOf, type Movement, type Stock } from './domain.ts';

/** Stock as the API shows it. */
export const stockView = (stock: Stock) => ({
  sku: stock.sku,
  productId: stock.productId,
  onHand: stock.onHand,
  reserved: stock.reserved,
  available: availableOf(stock),
  status: stock.status,
  version: stock.version,
  updatedAt: stock.updatedAt.toISOString(),
});

/** An entry of the ledger as the API shows it. */
export const movementView = ({ at, ...movement }: Movement) => ({ ...movement, at: at.toISOString() });
