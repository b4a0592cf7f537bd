import type { DiscountTables } from '@shop/discount/store.postgres.ts';
import type { InventoryTables } from '@shop/inventory/tables.postgres.ts';
import type { LogTables } from '@shop/platform/messaging/postgres-log-tables.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';

/** As many events that wait are named, of one outbox. */
export const SHOWN = 20;
/** A statement may take long where there are many rows; nobody waits for it. */
export const STATEMENT_MS = 300_000;

/** An event that is committed and not sent. */
export interface WaitingEvent {
  service: string;
  id: string;
  type: string;
}

/** The books of a shop, whichever databases they are kept in. */
export interface Books {
  inventory: Postgres<InventoryTables>;
  discount: Postgres<DiscountTables>;
  order: Postgres;
  /** The event log or, where that is elsewhere, its journal; and the dead letters. */
  events: Postgres<LogTables>;
  /** Carts that a checkout holds. */
  lockedCarts(): Promise<{ user: string; saga: string }[]>;
  /** At most `SHOWN` of each service, the oldest first. */
  waitingEvents(): Promise<WaitingEvent[]>;
  close(): Promise<void>;
}

/** What waits in the outbox table of a service. */
export const waitingIn = (service: string, pg: Pick<Postgres, 'query'>): Promise<WaitingEvent[]> =>
  pg.query({
    text: `select $1 as service, event_id as id, type from outbox order by id limit ${SHOWN}`,
    values: [service],
  });
