import { connectPostgres } from '@shop/platform/postgres/connect.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { silentLogger as logger } from '@shop/platform/testing/logger.ts';
import { systemClock as clock, systemIds as ids } from '@shop/platform/time/system.ts';
import { type DatabaseName, databaseNames } from '../../apps/embedded/databases.ts';
import { createServices, type Services } from '../../apps/embedded/services.ts';
import { connectionOf } from '../../apps/reconcile/embedded.ts';
import type { Shop } from './shop.ts';

/** The services once more, in this process and on the databases of a running shop: what sends a command late, or twice. */
export const openReplica = async (shop: Shop): Promise<{ services: Services; close(): Promise<void> }> => {
  const connection = await connectionOf(shop.dataDir);
  const pools = new Map<DatabaseName, Postgres<never>>(
    databaseNames.map((database) => [
      database,
      connectPostgres<never>({ ...connection, database, name: 'replica', max: 4 }),
    ]),
  );
  const of = <Tables>(name: DatabaseName) => pools.get(name) as unknown as Postgres<Tables>;
  const close = async () => {
    await Promise.all([...pools.values()].map((pool) => pool.close()));
  };
  const databases = { of, close };
  const services = createServices({ databases, currency: 'USD', issuer: 'replica', clock, ids, logger });
  return { services, close };
};
