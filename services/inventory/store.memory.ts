import type { MemoryTx } from '@shop/platform/memory/database.ts';
import { adjusting } from './adjust.memory.ts';
import { audit } from './audit.memory.ts';
import { holding } from './holds.memory.ts';
import { following } from './products.memory.ts';
import { reading } from './reads.memory.ts';
import type { InventoryStore } from './store.ts';
import type { MemoryInventory, MemoryInventoryDeps } from './tables.memory.ts';

/** Stock in memory, for histories that are simulated; each decision is one step. */
export const createMemoryInventoryStore = (deps: MemoryInventoryDeps): InventoryStore<MemoryTx> => ({
  ...reading(deps),
  ...adjusting(deps),
  ...holding(deps),
  ...following(deps),
  audit: async () => audit(deps.data),
  forgetReleased: async (olderThan, limit) => forgetReleased(deps.data, olderThan, limit),
});

const forgetReleased = ({ db, reservations }: MemoryInventory, olderThan: Date, limit: number): number =>
  db.atomically(() => {
    const old = [...reservations.all()]
      .filter(({ state, createdAt }) => state === 'released' && createdAt < olderThan.getTime())
      .sort((a, b) => a.createdAt - b.createdAt || (a.sagaId < b.sagaId ? -1 : 1))
      .slice(0, limit);
    for (const { sagaId } of old) reservations.delete(sagaId);
    return old.length;
  });
