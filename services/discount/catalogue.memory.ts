import type { CatalogueProduct } from '@shop/contracts/commands.ts';
import type { CatalogueReplica } from './store.ts';
import type { MemoryDiscount } from './tables.memory.ts';

export const createCatalogueReplica = (data: MemoryDiscount): CatalogueReplica => ({
  async learn(products) {
    data.db.atomically(() => learnIn(data, products));
  },

  bySkus: async (skus) =>
    [...data.catalogue.all()]
      .filter(({ prices }) => skus.some((sku) => Object.hasOwn(prices, sku)))
      .map(({ productId, category, prices }) => ({ productId, category, prices: { ...prices } })),
});

/** Keeps each product unless what is known of it is as new. */
export const learnIn = ({ catalogue }: MemoryDiscount, products: readonly CatalogueProduct[]): void => {
  for (const { id: productId, category, variants, version } of products) {
    if (version <= (catalogue.get(productId)?.version ?? 0)) continue;
    const prices = Object.fromEntries(variants.map(({ sku, price }) => [sku, price]));
    catalogue.set(productId, { productId, category, prices, version });
  }
};
