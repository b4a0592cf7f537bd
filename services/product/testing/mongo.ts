import { testMongo } from '@shop/platform/testing/mongo.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import type { Reach } from '../page.mongo.ts';
import { productSchema } from '../schema.mongo.ts';
import { createMongoProductStore } from '../store.mongo.ts';
import { wordSchema } from '../words.mongo.ts';

/** The real store on a database of its own, with an outbox that nobody empties but the test. Call it at the top of a test file. */
export const productsOnMongo = async ({ server, reach }: { server?: string; reach?: Reach } = {}) => {
  const mongo = await testMongo(server);
  const parts = createMongoProductStore({ mongo, clock: systemClock, ids: systemIds, reach });
  await mongo.buildIndexes();
  await parts.prepare();
  return {
    ...parts,
    mongo,
    products: mongo.collection('products', productSchema),
    words: mongo.collection('words', wordSchema),
  };
};
