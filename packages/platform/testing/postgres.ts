import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { type Connection, connectPostgres, type ServerConnection } from '../postgres/connect.ts';
import { migrate } from '../postgres/migrate.ts';
import type { Postgres } from '../postgres/postgres.ts';
import { createDatabase } from '../postgres/server/databases.ts';
import { systemIds } from '../time/system.ts';
import type {} from './postgres.setup.ts';

export interface TestDatabase<Tables> extends Postgres<Tables> {
  connection: Connection;
}

const platformDir = join(import.meta.dirname, '..', 'postgres', 'migrations');

/** Names a set of migrations by what is in them, so that a template never outlives a change. */
const fingerprint = async (dirs: readonly string[]): Promise<string> => {
  const hash = createHash('sha256');
  for (const dir of dirs) {
    for (const name of (await readdir(dir)).sort()) {
      hash.update(`${name}\0`).update(await readFile(join(dir, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
};

const asOwner = async <T>(server: ServerConnection, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ ...server, database: 'postgres' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** Clones a migrated database; the first one to want it migrates the template that the others copy. */
const cloneMigrated = async (server: ServerConnection, dir: string | undefined, name: string): Promise<void> => {
  const template = `template_${await fingerprint(dir === undefined ? [platformDir] : [platformDir, dir])}`;
  await asOwner(server, async (client) => {
    await client.query('select pg_advisory_lock(hashtext($1))', [template]);
    const { rows } = await client.query('select datistemplate from pg_database where datname = $1', [template]);
    if (rows[0]?.datistemplate !== true) {
      await createDatabase(server, template);
      await migrate({ connection: { ...server, database: template }, dir });
      await client.query(`alter database ${template} is_template true`);
    }
    await client.query('select pg_advisory_unlock(hashtext($1))', [template]);
    await client.query(`create database ${name} template ${template}`);
  });
};

/**
 * A fresh database with the platform's migrations and those of `migrationsDir`, on the PostgreSQL of this run; closed
 * and dropped after the tests of the file. Call it at the top of a test file, or in `beforeAll`.
 */
export const testDatabase = async <Tables = unknown>(migrationsDir?: string): Promise<TestDatabase<Tables>> => {
  const server = inject('postgres');
  const name = `test_${systemIds.uuid().replaceAll('-', '')}`;
  const connection: Connection = { ...server, database: name };
  const database = connectPostgres<Tables>({ ...connection, name: 'test', max: 20 });
  afterAll(async () => {
    await database.close();
    await asOwner(server, (client) => client.query(`drop database if exists ${name} with (force)`));
  });
  await cloneMigrated(server, migrationsDir, name);
  return { ...database, connection };
};

/** Empties a service's tables, and those of the platform beside them, as they were when they were made. */
export const emptied = async (pg: Pick<Postgres, 'query'>, tables: readonly string[]): Promise<void> => {
  await pg.query({ text: `truncate ${[...tables, 'outbox', 'inbox', 'idempotency_keys']} restart identity` });
  await pg.query({ text: 'update outbox_leases set owner = null, until = null' });
};

/**
 * Has `now()` of a test's database stand where the test sets it, for stores whose leases go by the database's clock. Call
 * it before anything else is asked of the database.
 */
export const settableNow = async (pg: TestDatabase<unknown>): Promise<(at: Date) => Promise<void>> => {
  const path = 'search_path = settable, pg_catalog, public';
  for (const text of [
    'create schema settable',
    'create table settable.clock (at timestamptz not null)',
    'insert into settable.clock values (pg_catalog.now())',
    `create function settable.now() returns timestamptz stable language sql as 'select at from settable.clock'`,
    `alter database ${pg.connection.database} set ${path}`,
    // The one connection that there is by now.
    `set ${path}`,
  ])
    await pg.query({ text });
  return async (at) => {
    await pg.query({ name: 'set-now', text: 'update settable.clock set at = $1', values: [at] });
  };
};
