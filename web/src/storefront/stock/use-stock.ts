import type { Stock } from '@shop/sdk/api.ts';
import { useQueries } from '@tanstack/react-query';
import { shop } from '../../client/shop.ts';

/** How many can be asked for at once. */
const BATCH = 100;
const EVERY_MS = 10_000;

const batchesOf = (skus: readonly string[]): string[][] => {
  const sorted = [...new Set(skus)].sort();
  return Array.from({ length: Math.ceil(sorted.length / BATCH) }, (_, n) => sorted.slice(n * BATCH, (n + 1) * BATCH));
};

export interface StockLevels {
  /** What can be bought by SKU; one that the stock does not know (yet) is missing. */
  stock: ReadonlyMap<string, number>;
  isPending: boolean;
  isError: boolean;
}

const levelsOf = (answers: readonly { data?: Stock[]; isPending: boolean; isError: boolean }[]): StockLevels => ({
  stock: new Map(
    answers.flatMap(({ data = [] }) =>
      data.map(({ sku, status, available }) => [sku, status === 'active' ? available : 0] as const),
    ),
  ),
  isPending: answers.some(({ isPending }) => isPending),
  isError: answers.some(({ isError, data }) => isError && !data),
});

/** What of these SKUs can be bought, asked for together and again every ten seconds while the page is in sight. */
export const useStock = (skus: readonly string[]): StockLevels =>
  useQueries({
    queries: batchesOf(skus).map((batch) => ({
      queryKey: ['stock', ...batch],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await shop.inventory.list({ skus: batch.join(',') }, { signal })).items,
      staleTime: 3_000,
      refetchInterval: EVERY_MS,
    })),
    combine: levelsOf,
  });
