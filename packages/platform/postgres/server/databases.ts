import pg from 'pg';
import type { ServerConnection } from '../connect.ts';

/** SQLSTATEs of a database that exists; the second when two create it at the same moment. */
const existsAlready = new Set(['42P04', '23505']);

/** Makes a database where there is none of this name; a repeat, also at the same moment, does nothing. */
export const createDatabase = async (connection: ServerConnection, name: string): Promise<void> => {
  const client = new pg.Client({ ...connection, database: 'postgres', connectionTimeoutMillis: 2_000 });
  // A connection that breaks fails the statement under way; without a listener it would end the process too.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    if (!existsAlready.has((error as { code?: string }).code ?? '')) throw error;
  } finally {
    await client.end().catch(() => {});
  }
};
