import type { MemoryTx } from '@shop/platform/memory/database.ts';
import { createApplicationStore } from './applications.memory.ts';
import { audit } from './audit.memory.ts';
import { createCatalogueReplica } from './catalogue.memory.ts';
import { createEffects } from './effects.memory.ts';
import type { DiscountStore } from './store.ts';
import { type MemoryDiscount, type MemoryDiscountDeps, redemptionsOfSaga } from './tables.memory.ts';
import { createVoucherStore } from './vouchers.memory.ts';

/** Vouchers in memory, for histories that are simulated; each decision is one step. */
export const createMemoryDiscountStore = (deps: MemoryDiscountDeps): DiscountStore<MemoryTx> => ({
  vouchers: createVoucherStore(deps),
  applications: createApplicationStore(deps),
  catalogue: createCatalogueReplica(deps.data),
  effects: createEffects(deps),
  audit: async () => audit(deps.data),
  forgetReleased: async (olderThan, limit) => forgetReleased(deps.data, olderThan, limit),
});

/** Where something was redeemed and given back the row stays, beside the history of its vouchers. */
const forgetReleased = (data: MemoryDiscount, olderThan: Date, limit: number): number =>
  data.db.atomically(() => {
    const old = [...data.applications.all()]
      .filter(({ state, createdAt }) => state === 'released' && createdAt < olderThan.getTime())
      .filter(({ sagaId }) => redemptionsOfSaga(data, sagaId).length === 0)
      .sort((a, b) => a.createdAt - b.createdAt || (a.sagaId < b.sagaId ? -1 : 1))
      .slice(0, limit);
    for (const { sagaId } of old) data.applications.delete(sagaId);
    return old.length;
  });
