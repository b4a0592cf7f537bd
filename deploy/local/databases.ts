import type { ServerConnection } from '@shop/platform/postgres/connect.ts';
import pg from 'pg';
import type { ServiceName } from '../services.ts';
import { names } from './environment.ts';
import { onPostgres, type Secrets } from './secrets.ts';

const as = async <T>(server: ServerConnection, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ ...server, database: 'postgres', connectionTimeoutMillis: 30_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
};

const exists = async (client: pg.Client, text: string, name: string): Promise<boolean> =>
  (await client.query(text, [name])).rows.length > 0;

const ensureRole = async (client: pg.Client, role: string, password: string): Promise<void> => {
  const id = pg.escapeIdentifier(role);
  if (!(await exists(client, 'select 1 from pg_roles where rolname = $1', role)))
    await client.query(`create role ${id}`);
  // The password also where the role is there: the secrets may be new while the data are not.
  await client.query(
    `alter role ${id} login nosuperuser nocreatedb nocreaterole password ${pg.escapeLiteral(password)}`,
  );
};

const ensureDatabase = async (client: pg.Client, name: string, owner: string): Promise<void> => {
  const id = pg.escapeIdentifier(name);
  if (!(await exists(client, 'select 1 from pg_database where datname = $1', name)))
    await client.query(`create database ${id} owner ${pg.escapeIdentifier(owner)}`);
  // Nobody but the owner gets in; by default everybody would.
  await client.query(`revoke all on database ${id} from public`);
};

/** The databases that a role owns: its service's, and the journal of all events for the one that shows it. */
const ownedBy = (service: ServiceName): string[] => (service === 'order' ? ['order', 'events'] : [service]);

/**
 * Makes a role and a database for each service on PostgreSQL where there is none; each role reaches what it owns and
 * nothing else. A repeat changes passwords to those of `secrets` and nothing more.
 */
export const prepareDatabases = (server: ServerConnection, namespace: string, secrets: Secrets): Promise<void> =>
  as(server, async (client) => {
    const { database } = names(namespace);
    for (const service of onPostgres) {
      await ensureRole(client, database(service), secrets.passwords[service] ?? '');
      for (const name of ownedBy(service)) await ensureDatabase(client, database(name), database(service));
    }
    // Of a server of our own nothing else is anybody's either.
    if (!namespace) await client.query('revoke connect on database postgres, template1 from public');
  });

/** Removes the databases and roles of a namespace, whoever is connected. */
export const dropDatabases = (server: ServerConnection, namespace: string): Promise<void> =>
  as(server, async (client) => {
    const { database } = names(namespace);
    for (const service of onPostgres) {
      for (const name of ownedBy(service))
        await client.query(`drop database if exists ${pg.escapeIdentifier(database(name))} with (force)`);
      await client.query(`drop role if exists ${pg.escapeIdentifier(database(service))}`);
    }
  });
