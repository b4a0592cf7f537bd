import type { Tx } from '@shop/platform/postgres/postgres.ts';
import { adjusting } from './adjust.postgres.ts';
import { audit } from './audit.postgres.ts';
import type { InventoryStoreDeps } from './deps.postgres.ts';
import { forgetReleased } from './forget.postgres.ts';
import { holding } from './holds.postgres.ts';
import { reading } from './reads.postgres.ts';
import type { InventoryStore } from './store.ts';
import type { InventoryTables } from './tables.postgres.ts';

/** Stock on PostgreSQL: what decides also writes, in one statement or one function of migrations/. */
export const createPostgresInventoryStore = (deps: InventoryStoreDeps): InventoryStore<Tx<InventoryTables>> => ({
  ...reading(deps),
  ...adjusting(deps),
  ...holding(deps),
  audit: () => audit(deps.pg),
  forgetReleased: (olderThan, limit) => forgetReleased(deps.pg, olderThan, limit),
});
