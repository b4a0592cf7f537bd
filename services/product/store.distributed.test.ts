import type { NewEvent } from '@shop/contracts/events.ts';
import { productStoreConformance } from './store.conformance.ts';
import { productsOnMongo } from './testing/mongo.ts';

const { store, outbox, products } = await productsOnMongo();

productStoreConformance('MongoDB', async () => {
  await products.deleteMany();
  return {
    store,
    async pending() {
      const events = await outbox.source.pending(10_000);
      return events.map(({ type, key, data }) => ({ type, key, data }) as NewEvent);
    },
  };
});
