import type { Outbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { orderStore } from './orders.postgres.ts';
import { recoveryStatements } from './recovery.postgres.ts';
import { sagaDecisions } from './sagas.postgres.ts';
import { statistics } from './statistics.postgres.ts';
import type { OrderStore, SagaStore } from './store.ts';

export interface OrderStoreDeps {
  pg: Postgres;
  outbox: Outbox;
  ids: Ids;
  /** Told of every saga whose stored state has changed. */
  changed: (sagaId: string) => void;
}

/** Sagas and orders on PostgreSQL; hot decisions are one prepared statement, so one round trip and one commit. */
export const createPostgresOrderStore = (deps: OrderStoreDeps): SagaStore & OrderStore => ({
  ...sagaDecisions(deps),
  ...recoveryStatements(deps),
  ...orderStore(deps),
  statistics: (windowSeconds) => statistics(deps.pg, windowSeconds),
});
