import type { BuyXGetY, Deal } from '../domain.ts';
import { halfUp, whole } from './exact.ts';

/** A line as the vouchers so far left it. */
export interface OpenLine {
  unitPrice: number;
  quantity: number;
  /** What is still to be paid for the line, in minor units. */
  left: number;
  inScope: boolean;
}

/** What a voucher gives on some lines, and in which proportions. */
export interface Gift {
  amount: number;
  /** One a line, 0 for lines that get nothing. */
  weights: bigint[];
}

const sumOf = (weights: readonly bigint[]): bigint => weights.reduce((sum, weight) => sum + weight, 0n);

/** What a voucher gives, never more than the lines in its scope have left. */
export const giftOf = (deal: Deal, lines: readonly OpenLine[]): Gift => {
  if (deal.type === 'buy_x_get_y') return unitsGift(deal.value, lines);
  const weights = lines.map(({ inScope, left }) => (inScope ? BigInt(left) : 0n));
  const sum = sumOf(weights);
  const amount =
    deal.type === 'percentage' ? halfUp(sum * BigInt(deal.value), whole) : Math.min(deal.value.amount, Number(sum));
  return { amount, weights };
};

/**
 * Reduced units cost `percentOff` less of their unit price, but a line never gives more than earlier vouchers left of
 * it. The sum is rounded once, half up, and spread over the lines whose units were reduced.
 */
const unitsGift = (value: BuyXGetY, lines: readonly OpenLine[]): Gift => {
  const weights = reducedUnits(value, lines).map((units, index) => {
    const { unitPrice = 0, left = 0 } = lines[index] ?? {};
    const reduction = BigInt(units) * BigInt(unitPrice) * BigInt(value.percentOff);
    const most = BigInt(left) * whole;
    return reduction < most ? reduction : most;
  });
  return { amount: halfUp(sumOf(weights), whole), weights };
};

/**
 * How many units of each line are reduced: the units in scope by unit price, highest first (line order where they tie),
 * in groups of buy + get, of each full group the last `get`. Counted by runs, for a line holds up to 999 equal units.
 */
export const reducedUnits = ({ buy, get }: BuyXGetY, lines: readonly OpenLine[]): number[] => {
  const group = buy + get;
  const units = lines.map(() => 0);
  const order = [...lines.keys()]
    .filter((index) => lines[index]?.inScope)
    .sort((a, b) => (lines[b]?.unitPrice ?? 0) - (lines[a]?.unitPrice ?? 0) || a - b);
  const all = order.reduce((sum, index) => sum + (lines[index]?.quantity ?? 0), 0);
  const grouped = all - (all % group);
  const reducedBefore = (position: number): number => {
    const within = Math.min(position, grouped);
    return Math.floor(within / group) * get + Math.max(0, (within % group) - buy);
  };
  let position = 0;
  for (const index of order) {
    const end = position + (lines[index]?.quantity ?? 0);
    units[index] = reducedBefore(end) - reducedBefore(position);
    position = end;
  }
  return units;
};
