import type { NewEvent } from '@shop/contracts/events.ts';
import { createMemoryOutbox } from '@shop/platform/messaging/memory-outbox.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import { systemClock as clock, systemIds as ids } from '@shop/platform/time/system.ts';
import { orderStoreConformance } from './store.conformance.ts';
import { createMemoryOrderStore } from './store.memory.ts';
import { createPostgresOrderStore } from './store.postgres.ts';
import { createMemoryOrders } from './tables.memory.ts';
import { orderDatabase } from './testing/world.ts';

orderStoreConformance('PostgreSQL', async () => {
  const pg = await orderDatabase();
  const told: string[] = [];
  const outbox = createOutbox({ pg, service: 'order', clock, ids });
  const store = createPostgresOrderStore({ pg, outbox, ids, changed: (id) => told.push(id) });
  return { store, told, events: () => pg.query<NewEvent>({ text: 'select type, key, data from outbox order by id' }) };
});

orderStoreConformance('memory', async () => {
  const data = createMemoryOrders();
  const told: string[] = [];
  const outbox = createMemoryOutbox({ data: data.outbox, service: 'order', clock, ids });
  const store = createMemoryOrderStore({ data, outbox, clock, ids, changed: (id) => told.push(id) });
  return { store, told, events: () => outbox.source.pending(10_000) };
});
