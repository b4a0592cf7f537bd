import type { CatalogueProduct } from '@shop/contracts/commands.ts';
import type { Postgres, Statement } from '@shop/platform/postgres/postgres.ts';
import type { CatalogueReplica } from './store.ts';
import type { DiscountTables } from './tables.postgres.ts';

export const createCatalogueReplica = (pg: Postgres<DiscountTables>): CatalogueReplica => ({
  async learn(products) {
    // In a transaction only because one that loses a deadlock with the consumer's is then run again.
    if (products.length > 0) await pg.transaction((tx) => tx.query(learning(products)));
  },

  async bySkus(skus) {
    return pg.query({
      text: 'select product_id as "productId", category, prices from catalogue where prices ?| $1::text[]',
      values: [skus],
    });
  },
});

/** Keeps each product unless what is known of it is as new. Rows are locked by id, for several processes learn at once. */
export const learning = (products: readonly CatalogueProduct[]): Statement => {
  const latest = new Map<string, CatalogueProduct>();
  for (const product of products) {
    if (product.version > (latest.get(product.id)?.version ?? 0)) latest.set(product.id, product);
  }
  const sorted = [...latest.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    name: 'discount-learn',
    text: `
      insert into catalogue (product_id, category, prices, version)
      select * from unnest($1::text[], $2::text[], $3::jsonb[], $4::integer[])
      on conflict (product_id) do update
         set category = excluded.category, prices = excluded.prices, version = excluded.version
       where catalogue.version < excluded.version`,
    values: [
      sorted.map(({ id }) => id),
      sorted.map(({ category }) => category),
      sorted.map(({ variants }) => JSON.stringify(Object.fromEntries(variants.map(({ sku, price }) => [sku, price])))),
      sorted.map(({ version }) => version),
    ],
  };
};
