import type { OrderStoreDeps } from './deps.postgres.ts';
import { orderStore } from './orders.postgres.ts';
import { recoveryStatements } from './recovery.postgres.ts';
import { sagaDecisions } from './sagas.postgres.ts';
import { forgetDetails, statistics, unfinished } from './statistics.postgres.ts';
import type { OrderStore, SagaStore } from './store.ts';

/** Sagas and orders on PostgreSQL; hot decisions are one prepared statement, so one round trip and one commit. */
export const createPostgresOrderStore = (deps: OrderStoreDeps): SagaStore & OrderStore => ({
  ...sagaDecisions(deps),
  ...recoveryStatements(deps),
  ...orderStore(deps),
  unfinished: () => unfinished(deps.pg),
  forgetDetails: (olderThan, limit) => forgetDetails(deps.pg, olderThan, limit),
  statistics: (windowSeconds) => statistics(deps.pg, windowSeconds),
});
