import type { Product } from '@shop/sdk/api.ts';
import { useQueries } from '@tanstack/react-query';
import { shop } from '../../client/shop.ts';

/** "Blue, 2 l" of a variant; empty for a product that comes in one way only. */
export const variantName = (options: Record<string, string>): string => Object.values(options).join(', ');

export const productQuery = (id: string) => ({
  queryKey: ['product', id],
  queryFn: ({ signal }: { signal: AbortSignal }) => shop.products.get(id, { signal }),
  staleTime: 60_000,
});

const namesIn = (products: readonly (Product | undefined)[]): Map<string, string> =>
  new Map(
    products.flatMap(
      (product) => product?.variants.map(({ sku, options }) => [sku, variantName(options)] as const) ?? [],
    ),
  );

/** The names of variants by SKU, which carts and orders don't carry; one that is not known (yet) is missing. */
export const useVariantNames = (productIds: readonly string[]): Map<string, string> =>
  useQueries({
    queries: [...new Set(productIds)].map(productQuery),
    combine: (answers) => namesIn(answers.map(({ data }) => data)),
  });
