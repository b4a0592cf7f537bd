import type { Demand, Shortage } from '@shop/contracts/commands.ts';
import { type Refusal, refuse } from '@shop/contracts/problems.ts';

/** The levels of one SKU. `reserved` units are on hand and promised to a checkout. */
export interface Stock {
  sku: string;
  productId: string;
  onHand: number;
  reserved: number;
  /** A retired SKU takes no new reservations; what is held can still be committed or given back. */
  status: 'active' | 'retired';
  /** Rises with each change of levels or status. */
  version: number;
  updatedAt: Date;
}

export const adjustmentReasons = ['receipt', 'correction', 'damage', 'return'] as const;
export type AdjustmentReason = (typeof adjustmentReasons)[number];

export type MovementKind = 'initial' | AdjustmentReason | 'reserve' | 'release' | 'commit' | 'restock';

/** An entry of the ledger: the sum of a SKU's movements is its levels. */
export interface Movement {
  /** Rises with each movement of a SKU. */
  id: number;
  sku: string;
  kind: MovementKind;
  deltaOnHand: number;
  deltaReserved: number;
  sagaId?: string;
  orderId?: string;
  note?: string;
  /** A user's id, or `catalogue`, `checkout`, `order`. */
  by: string;
  at: Date;
}

/** The most units of one SKU that an adjustment may lead to. */
export const mostOnHand = 1_000_000_000;
/** The most units that one adjustment moves. */
export const largestDelta = 1_000_000;
/** The most lines of one reservation. */
export const mostLines = 100;

/** Units that a new checkout may reserve. */
export const availableOf = ({ onHand, reserved }: Pick<Stock, 'onHand' | 'reserved'>): number => onHand - reserved;

/**
 * Why so much more or less can't be on hand: less can only meet what is reserved, more only the ceiling. Undefined when
 * it can.
 */
export const obstacleTo = (
  stock: Stock | undefined,
  { sku, delta }: { sku: string; delta: number },
): Refusal<'SKU_UNKNOWN' | 'INSUFFICIENT_STOCK' | 'VALIDATION_FAILED'> | undefined => {
  if (!stock) return refuse('SKU_UNKNOWN');
  if (delta < 0) {
    if (stock.onHand + delta >= stock.reserved) return undefined;
    return refuse('INSUFFICIENT_STOCK', { errors: [{ sku, requested: -delta, available: availableOf(stock) }] });
  }
  if (stock.onHand + delta <= mostOnHand) return undefined;
  const message = `"delta" must not lead to more than ${mostOnHand} units`;
  return refuse('VALIDATION_FAILED', { detail: message, errors: [{ in: 'body', path: 'delta', message }] });
};

/**
 * Lines of one SKU count together, sorted: two lines never each see the last unit, and every writer locks in one order.
 * @throws RangeError for a quantity that is not a positive integer: schemas refuse it long before.
 */
export const demandPerSku = (lines: readonly Demand[]): Demand[] => {
  const demand = new Map<string, number>();
  for (const { sku, quantity } of lines) {
    if (!Number.isSafeInteger(quantity) || quantity < 1) throw new RangeError(`${sku}: ${quantity} is not a quantity`);
    demand.set(sku, (demand.get(sku) ?? 0) + quantity);
  }
  return [...demand].map(([sku, quantity]) => ({ sku, quantity })).sort((a, b) => (a.sku < b.sku ? -1 : 1));
};

/** A shortage as the store finds it: `known` is false for a SKU without a stock row. */
export interface FoundShortage extends Shortage {
  known: boolean;
}

/** The SKUs that only the catalogue can tell about. */
export const unknownSkus = (shortages: readonly FoundShortage[]): string[] =>
  shortages.filter(({ known }) => !known).map(({ sku }) => sku);
