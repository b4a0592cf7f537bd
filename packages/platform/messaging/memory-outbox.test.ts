import { createMemoryDatabase } from '../memory/database.ts';
import { systemClock as clock, systemIds as ids } from '../time/system.ts';
import { createMemoryOutbox, memoryOutboxData, memoryOutboxSource } from './memory-outbox.ts';
import { outboxConformance } from './outbox.conformance.ts';

outboxConformance('memory', async () => {
  const db = createMemoryDatabase();
  const data = memoryOutboxData(db);
  const options = { data, service: 'order', clock, ids, leaseMs: 500 };
  const outbox = createMemoryOutbox(options);
  return {
    async reset() {
      for (const { id } of [...data.events.all()]) data.events.delete(id);
      for (let shard = 0; shard < 8; shard += 1) data.leases.delete(shard);
    },
    commit: async (events) => db.atomically(() => outbox.append(events)),
    async begin(events) {
      const go = Promise.withResolvers<void>();
      const over = db.transaction(async (tx) => {
        tx.write(() => outbox.append(events));
        await go.promise;
      });
      return {
        commit() {
          go.resolve();
          return over;
        },
      };
    },
    source: () => memoryOutboxSource(options),
    leaseMs: options.leaseMs,
  };
});
