import type { Outbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import type { Ids } from '@shop/platform/time/ids.ts';

/** What the statements of this store stand on. */
export interface OrderStoreDeps {
  pg: Postgres;
  outbox: Outbox;
  ids: Ids;
  /** Told of every saga whose stored state has changed. */
  changed: (sagaId: string) => void;
}
