import { orderStore } from './orders.memory.ts';
import { recoverySteps } from './recovery.memory.ts';
import { sagaDecisions } from './sagas.memory.ts';
import { forgetDetails, statistics, unfinished } from './statistics.memory.ts';
import type { OrderStore, SagaStore } from './store.ts';
import type { MemoryOrderDeps } from './tables.memory.ts';

/** Sagas and orders in memory, for histories that are simulated; each decision is one step, leases go by the clock. */
export const createMemoryOrderStore = (deps: MemoryOrderDeps): SagaStore & OrderStore => ({
  ...sagaDecisions(deps),
  ...recoverySteps(deps),
  ...orderStore(deps),
  unfinished: async () => unfinished(deps.data),
  forgetDetails: async (olderThan, limit) => forgetDetails(deps.data, olderThan, limit),
  statistics: async (windowSeconds) => statistics(deps.data, deps.clock.now(), windowSeconds),
});
