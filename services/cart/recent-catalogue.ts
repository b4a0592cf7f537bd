import type { Clock } from '@shop/platform/time/clock.ts';
import type { ReplicaProduct } from './catalogue.ts';
import type { CartStore } from './store.ts';

/** For so long a replica of this service may not know what another one has been told. */
const rememberedMs = 1_000;
const mostSkus = 10_000;

type Catalogue = Pick<CartStore, 'catalogueOf' | 'saveProduct'>;

/** Each product once, as it was read last. */
const newest = (products: readonly ReplicaProduct[]): ReplicaProduct[] => {
  const byId = new Map<string, ReplicaProduct>();
  for (const product of products) {
    if (product.version >= (byId.get(product.id)?.version ?? 0)) byId.set(product.id, product);
  }
  return [...byId.values()];
};

/** The replica of the catalogue with a short memory; what is saved through it is seen at once. */
export const recentCatalogue = (store: Catalogue, clock: Clock): Catalogue => {
  let known = new Map<string, { products: readonly ReplicaProduct[]; until: number }>();
  /** Rises with each save: what was read before one is not kept after it. */
  let saves = 0;

  const keep = (skus: readonly string[], products: readonly ReplicaProduct[]): void => {
    if (known.size + skus.length > mostSkus) known = new Map();
    const until = clock.now().getTime() + rememberedMs;
    for (const sku of skus) {
      const sellers = products.filter(({ variants }) => variants.some((variant) => variant.sku === sku));
      known.set(sku, { products: sellers, until });
    }
  };

  return {
    async catalogueOf(skus) {
      const now = clock.now().getTime();
      const found = skus.map((sku) => known.get(sku)).filter((entry) => entry !== undefined && entry.until > now);
      if (found.length === skus.length) return newest(found.flatMap((entry) => entry?.products ?? []));
      const before = saves;
      const products = await store.catalogueOf(skus);
      if (saves === before) keep(skus, products);
      return products;
    },
    async saveProduct(product) {
      try {
        await store.saveProduct(product);
      } finally {
        saves += 1;
        known = new Map();
      }
    },
  };
};
