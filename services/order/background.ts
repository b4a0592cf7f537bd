import { keyByKey } from '@shop/platform/messaging/inbox.ts';
import type { Outbox } from '@shop/platform/messaging/postgres-outbox.ts';
import { pruneKeys } from '@shop/platform/postgres/idempotency.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import type { Background } from '@shop/platform/service/background.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { orderGroup, orderHandlers, orderTopics } from './events.ts';
import type { OrderStore, SagaStore } from './store.ts';

export interface OrderBackgroundDeps {
  store: SagaStore & OrderStore;
  pg: Postgres;
  outbox: Pick<Outbox, 'source' | 'onNudge'>;
  /** Where the events of all services are kept for operators, when that is order's to do. */
  journal?: { prune(): Promise<number> };
  clock: Clock;
}

/** What order does beside requests and sagas. */
export const orderBackground = ({ store, pg, outbox, journal, clock }: OrderBackgroundDeps): Background => ({
  name: 'order',
  outbox,
  reactions: { group: orderGroup, topics: orderTopics, handlers: orderHandlers(store, clock), apply: keyByKey },
  forget: {
    'replies of order': (old, limit) => pruneKeys(pg, old, limit),
    'details of sagas': store.forgetDetails,
    ...(journal && { journal: () => journal.prune() }),
  },
});
