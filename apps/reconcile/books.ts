import type { DiscountTables } from '@shop/discount/store.postgres.ts';
import type { InventoryTables } from '@shop/inventory/tables.postgres.ts';
import type { LogTables } from '@shop/platform/messaging/postgres-log-tables.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';

/** The books of a shop, whichever databases they are kept in. */
export interface Books {
  inventory: Postgres<InventoryTables>;
  discount: Postgres<DiscountTables>;
  order: Postgres;
  /** The event log or, where that is elsewhere, its journal; and the dead letters. */
  events: Postgres<LogTables>;
  /** The users whose cart is locked. */
  lockedCarts(): Promise<string[]>;
  /** How many events wait in the outbox of each service. */
  waiting(): Promise<{ service: string; count: number }[]>;
  close(): Promise<void>;
}

/** How many rows wait in the outbox table of a service. */
export const waitingIn = async (service: string, pg: Pick<Postgres, 'query'>) => {
  const [row] = await pg.query<{ count: number }>({ text: 'select count(*) as count from outbox' });
  return { service, count: row?.count ?? 0 };
};
