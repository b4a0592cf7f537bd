import type { Outbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Postgres, Tx } from '@shop/platform/postgres/postgres.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { adjusting } from './adjust.postgres.ts';
import { audit } from './audit.postgres.ts';
import { holding } from './holds.postgres.ts';
import { reading } from './reads.postgres.ts';
import type { InventoryStore } from './store.ts';
import type { InventoryTables } from './tables.postgres.ts';

export interface InventoryStoreDeps {
  pg: Postgres<InventoryTables>;
  outbox: Outbox;
  ids: Ids;
}

/** Stock on PostgreSQL: what decides also writes, in one statement or one function of migrations/. */
export const createPostgresInventoryStore = (deps: InventoryStoreDeps): InventoryStore<Tx<InventoryTables>> => ({
  ...reading(deps),
  ...adjusting(deps),
  ...holding(deps),
  audit: () => audit(deps.pg),
});
