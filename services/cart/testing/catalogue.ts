import type { CatalogueProduct, CatalogueQueries } from '@shop/contracts/commands.ts';

/** A catalogue in memory, with one product a SKU; every change raises the product's version. */
export interface FixtureCatalogue extends CatalogueQueries {
  /** Puts a product on sale under its one SKU, or changes what is given of it. Answers it, as an event would tell. */
  put(
    sku: string,
    change: Partial<Omit<CatalogueProduct, 'id' | 'variants' | 'version'>> & { price?: number },
  ): CatalogueProduct;
  /** How often it was asked. */
  asked(): number;
}

export const fixtureCatalogue = (currency = 'USD'): FixtureCatalogue => {
  const products = new Map<string, CatalogueProduct>();
  let questions = 0;
  return {
    put(sku, { price, ...change }) {
      const before = products.get(sku);
      const product: CatalogueProduct = {
        id: `product-of-${sku}`,
        handle: sku.toLowerCase(),
        title: `The ${sku}`,
        category: 'things',
        brand: 'Shop',
        imageUrl: `https://pictures.test/${sku}.jpg`,
        currency,
        status: 'active',
        ...before,
        ...change,
        variants: [{ sku, price: price ?? before?.variants[0]?.price ?? 1_000, options: {} }],
        version: (before?.version ?? 0) + 1,
      };
      products.set(sku, product);
      return product;
    },
    async bySkus(skus) {
      questions += 1;
      return skus.flatMap((sku) => products.get(sku) ?? []);
    },
    async byIds(ids) {
      return [...products.values()].filter(({ id }) => ids.includes(id));
    },
    asked: () => questions,
  };
};
