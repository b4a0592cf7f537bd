import type { Outbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import type { InventoryTables } from './tables.postgres.ts';

/** What the statements of this store stand on. */
export interface InventoryStoreDeps {
  pg: Postgres<InventoryTables>;
  outbox: Outbox;
  ids: Ids;
}
