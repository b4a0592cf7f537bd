import type { NewEvent } from '@shop/contracts/events.ts';
import { testMongo } from '@shop/platform/testing/mongo.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { beforeAll } from 'vitest';
import { productSchema } from './schema.mongo.ts';
import { productStoreConformance } from './store.conformance.ts';
import { createMongoProductStore } from './store.mongo.ts';

const mongo = await testMongo();
const products = mongo.collection('products', productSchema);
const { store, outbox } = createMongoProductStore({ mongo, clock: systemClock, ids: systemIds });
beforeAll(() => mongo.buildIndexes());

const empty = async () => {
  await products.deleteMany();
  return {
    store,
    async pending() {
      const events = await outbox.source.pending(10_000);
      return events.map(({ type, key, data }) => ({ type, key, data }) as NewEvent);
    },
  };
};

productStoreConformance('MongoDB', empty);
