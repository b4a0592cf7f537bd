import type { CatalogueProduct, CatalogueQueries } from '@shop/contracts/commands.ts';
import type { Caller } from '@shop/platform/http-client/caller.ts';
import { isObject, patience } from './common.ts';

const isAnswer = (value: unknown): value is { products: CatalogueProduct[] } =>
  isObject(value) && Array.isArray(value.products);

/** How many one question names: their products, however large, are an answer that a caller takes. */
const batchSize = 50;

const batches = (names: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(names.length / batchSize) }, (_, n) =>
    names.slice(n * batchSize, (n + 1) * batchSize),
  );

/** The queries of product, over HTTP. They throw CallFailed where there is no answer. */
export const httpCatalogueQueries = ({ call }: Pick<Caller, 'call'>): CatalogueQueries => {
  const ask = async (path: string, field: 'skus' | 'ids', names: readonly string[]): Promise<CatalogueProduct[]> => {
    const found = new Map<string, CatalogueProduct>();
    for (const batch of batches([...new Set(names)])) {
      const { products } = await call({ path, body: { [field]: batch }, isReply: isAnswer, withinMs: patience.user });
      // A product may own SKUs of several batches.
      for (const product of products) found.set(product.id, product);
    }
    return [...found.values()];
  };
  return {
    bySkus: (skus) => ask('/internal/product/bySkus', 'skus', skus),
    byIds: (ids) => ask('/internal/product/byIds', 'ids', ids),
  };
};
