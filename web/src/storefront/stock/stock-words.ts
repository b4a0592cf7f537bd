import type { Tone } from '../../ui/badge.tsx';

/** From here on it is told how few are left. */
const FEW = 5;

export interface StockWords {
  text: string;
  tone: Tone;
  soldOut: boolean;
}

/** "In stock", "Only 3 left", "Sold out". */
export const stockWords = (available: number): StockWords => {
  if (available <= 0) return { text: 'Sold out', tone: 'neutral', soldOut: true };
  if (available <= FEW) return { text: `Only ${available} left`, tone: 'warning', soldOut: false };
  return { text: 'In stock', tone: 'success', soldOut: false };
};

/** What is left of a product in all its variants; undefined as long as the stock knows none of them. */
export const availableOf = (skus: readonly string[], stock: ReadonlyMap<string, number>): number | undefined => {
  const known = skus.flatMap((sku) => stock.get(sku) ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, available) => sum + available, 0);
};
