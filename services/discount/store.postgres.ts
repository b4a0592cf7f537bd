import type { Outbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Postgres, Tx } from '@shop/platform/postgres/postgres.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { createApplicationStore } from './applications.postgres.ts';
import { audit } from './audit.postgres.ts';
import { createCatalogueReplica } from './catalogue.postgres.ts';
import { createEffects } from './effects.postgres.ts';
import { forgetReleased } from './forget.postgres.ts';
import type { DiscountStore } from './store.ts';
import type { DiscountTables } from './tables.postgres.ts';
import { createVoucherStore } from './vouchers.postgres.ts';

export type { DiscountTables };

/** Where the numbered SQL files are. */
export const discountMigrations = `${import.meta.dirname}/migrations`;

interface Deps {
  pg: Postgres<DiscountTables>;
  outbox: Outbox;
  ids: Ids;
}

export const createPostgresDiscountStore = (deps: Deps): DiscountStore<Tx<DiscountTables>> => ({
  vouchers: createVoucherStore(deps),
  applications: createApplicationStore(deps),
  catalogue: createCatalogueReplica(deps.pg),
  effects: createEffects(deps.outbox, deps.ids),
  audit: () => audit(deps.pg),
  forgetReleased: (olderThan, limit) => forgetReleased(deps.pg, olderThan, limit),
});
