import { join } from 'node:path';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import type { Logger } from '../telemetry/logger.ts';
import type { Connection } from './connect.ts';

const platformDir = join(import.meta.dirname, 'migrations');

export interface MigrateOptions {
  connection: Connection;
  /** A folder of numbered `.sql` files; without one the database gets only the platform's tables. */
  dir?: string;
  logger?: Logger;
}

/**
 * Brings a database up to date: the platform's migrations, then those of `dir`, each set in one transaction and each
 * file once. Processes that migrate at the same time wait for each other. Answers how many files were applied.
 *
 * @throws when a migration fails (its set is rolled back) or when one has gone missing or is out of order.
 */
export const migrate = async ({ connection, dir, logger }: MigrateOptions): Promise<number> => {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 2_000, application_name: 'migrate' });
  // A connection that breaks fails the statement under way; without a listener it would end the process too.
  client.on('error', () => {});
  await client.connect();
  try {
    const platform = await apply(client, 'platform_migrations', platformDir, logger);
    return platform + (dir === undefined ? 0 : await apply(client, 'migrations', dir, logger));
  } finally {
    await client.end().catch(() => {});
  }
};

const apply = async (client: pg.Client, migrationsTable: string, dir: string, logger?: Logger): Promise<number> => {
  const applied = await runner({
    dbClient: client,
    dir,
    // Whatever else lies in the folder is no migration.
    ignorePattern: '(?!.*\\.sql$).*',
    migrationsTable,
    direction: 'up',
    checkOrder: true,
    singleTransaction: true,
    advisoryLockMode: 'wait',
    logger: {
      info: () => {},
      warn: (message: string) => logger?.warn(message),
      error: (message: string) => logger?.error(message),
    },
  });
  for (const { name } of applied) logger?.debug({ database: client.database, migration: name }, 'migrated');
  return applied.length;
};
