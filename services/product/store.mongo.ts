import type { Mongo } from '@shop/platform/mongo/mongo.ts';
import { createMongoOutbox, type MongoOutbox } from '@shop/platform/mongo/outbox.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { type Model, trusted } from 'mongoose';
import { fromDocument } from './document.ts';
import type { Product } from './domain.ts';
import { createPages, type Reach, usualReach } from './page.mongo.ts';
import { saveProducts } from './save.mongo.ts';
import { productSchema, type StoredProduct } from './schema.mongo.ts';
import { searchKeys } from './search.ts';
import type { Facet, ProductStore } from './store.ts';
import { createWords, wordSchema } from './words.mongo.ts';

export interface MongoProductStoreDeps {
  mongo: Mongo;
  clock: Clock;
  ids: Ids;
  reach?: Reach;
}

/** Products as documents that carry their own events and claims. Call `mongo.buildIndexes`, then `prepare`, before the first use. */
export const createMongoProductStore = ({
  mongo,
  clock,
  ids,
  reach = usualReach,
}: MongoProductStoreDeps): { store: ProductStore; outbox: MongoOutbox; prepare(): Promise<void> } => {
  const products = mongo.collection('products', productSchema);
  const words = createWords(mongo.collection('words', wordSchema));
  const outbox = createMongoOutbox({ mongo, documents: products, service: 'product', clock, ids });

  const store: ProductStore = {
    async save(saves) {
      await words.add(saves.flatMap(({ product }) => searchKeys(product).words));
      const replies = await saveProducts(products, outbox, saves);
      if (replies.some(({ ok }) => ok)) outbox.nudge();
      return replies;
    },
    byIds: (ids) => find(products, { _id: among(ids) }),
    byHandles: (handles) => find(products, { 'product.handle': among(handles) }),
    async bySkus(skus) {
      const owners = await find(products, {
        'product.owned.sku': among(skus),
        'product.status': trusted({ $ne: 'deleted' }),
      });
      const asked = new Set(skus);
      return owners.filter(({ variants }) => variants.some(({ sku }) => asked.has(sku)));
    },
    async takenHandles(handles) {
      const found = await products
        .find({ 'product.handle': among(handles) }, { 'product.handle': 1 })
        // Also by a product whose write is only about to be acknowledged: it would stand in the way.
        .readConcern('local')
        .lean<StoredProduct[]>();
      return found.map(({ product }) => product.handle);
    },
    list: createPages(products, words, reach),
    async facets(limit) {
      const [categories, brands] = await Promise.all(['category', 'brand'].map((name) => facet(products, name, limit)));
      return { categories: categories ?? [], brands: brands ?? [] };
    },
  };
  return { store, outbox, prepare: () => words.addAllOf(products) };
};

const among = (values: readonly string[]) => trusted({ $in: [...values] });

/** So many come with the first answer. */
const batchSize = 1_000;

const find = async (products: Model<StoredProduct>, filter: Record<string, unknown>): Promise<Product[]> => {
  const found = await products.find(filter, { product: 1 }).batchSize(batchSize).lean();
  return found.map(({ product }) => fromDocument(product));
};

/** Counted within the index of the category or the brand. */
const facet = (products: Model<StoredProduct>, name: string, limit: number): Promise<Facet[]> =>
  products.aggregate<Facet>([
    { $match: { 'product.status': 'active', [`product.${name}`]: { $gt: '' } } },
    { $group: { _id: `$product.${name}`, count: { $sum: 1 } } },
    { $sort: { count: -1, _id: 1 } },
    { $limit: limit },
    { $project: { _id: 0, name: '$_id', count: 1 } },
  ]);
