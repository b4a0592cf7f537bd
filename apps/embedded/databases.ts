import { join } from 'node:path';
import { type Connection, connectPostgres, type ServerConnection } from '@shop/platform/postgres/connect.ts';
import { migrate } from '@shop/platform/postgres/migrate.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { createDatabase } from '@shop/platform/postgres/server/databases.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';

const root = join(import.meta.dirname, '../..');

/** A database a service, as in the distributed form, and one for the event log. */
const migrationsOf = {
  identity: 'services/identity/migrations',
  product: 'services/product/migrations',
  inventory: 'services/inventory/migrations',
  cart: 'services/cart/migrations',
  discount: 'services/discount/migrations',
  order: 'services/order/migrations',
  events: 'packages/platform/messaging/log-migrations',
} as const;

export type DatabaseName = keyof typeof migrationsOf;
export const databaseNames = Object.keys(migrationsOf) as DatabaseName[];

export interface Databases {
  /** The database of one service; its tables are named by the store that asks. */
  of<Tables>(name: DatabaseName): Postgres<Tables>;
  close(): Promise<void>;
}

/** Makes what is missing, migrates what is old, and opens a pool for each. */
export const openDatabases = async (server: ServerConnection, logger: Logger): Promise<Databases> => {
  const pools = new Map<DatabaseName, Postgres<never>>();
  const applied: Partial<Record<DatabaseName, number>> = {};
  const open = async (name: DatabaseName): Promise<void> => {
    const connection: Connection = { ...server, database: name };
    await createDatabase(server, name);
    const migrations = await migrate({ connection, dir: join(root, migrationsOf[name]), logger });
    if (migrations > 0) applied[name] = migrations;
    pools.set(name, connectPostgres<never>({ ...connection, name: `shop ${name}`, max: 12, logger }));
  };
  await Promise.all(databaseNames.map(open));
  if (Object.keys(applied).length > 0) logger.info({ applied }, 'migrated');
  return {
    of: <Tables>(name: DatabaseName) => pools.get(name) as unknown as Postgres<Tables>,
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
};
