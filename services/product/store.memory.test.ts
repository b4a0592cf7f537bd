import { createMemoryOutbox } from '@shop/platform/messaging/memory-outbox.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { productStoreConformance } from './store.conformance.ts';
import { createMemoryProductStore, createMemoryProducts } from './store.memory.ts';

productStoreConformance('memory', async () => {
  const data = createMemoryProducts();
  const outbox = createMemoryOutbox({ data: data.outbox, service: 'product', clock: systemClock, ids: systemIds });
  const pending = async () =>
    (await outbox.source.pending(10_000)).map(({ type, key, data }) => ({ type, key, data }) as never);
  return { store: createMemoryProductStore(data, outbox), pending };
});
