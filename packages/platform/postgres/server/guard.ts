import pg from 'pg';
import type { ServerConnection } from '../connect.ts';

/** The session advisory lock, in the database `postgres`, that a live shop holds on its server. */
export const shopLock = 7_365_686_911;

/** A session that holds the lock for as long as it lives. */
export interface ShopLockSession {
  /** Resolves when the session has ended, by whomever. */
  ended: Promise<void>;
  /** Asks for the end; a server that is stuck may take its time. */
  end(): void;
}

/**
 * Opens a session of its own and takes the lock.
 * @returns the session, or 'held' when another session has the lock
 * @throws the driver's errors when the server can't be reached or isn't ready
 */
export const takeShopLock = async (connection: ServerConnection): Promise<ShopLockSession | 'held'> => {
  const client = new pg.Client({
    ...connection,
    database: 'postgres',
    application_name: 'shop lock',
    connectionTimeoutMillis: 2_000,
    query_timeout: 2_000,
    keepAlive: true,
  });
  // Its end is what counts; a connection that breaks must not end the process.
  client.on('error', () => {});
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  const end = () => {
    client.end().catch(() => {});
  };
  try {
    await client.connect();
    const { rows } = await client.query('select pg_try_advisory_lock($1) as taken', [shopLock]);
    if (rows[0]?.taken === true) return { ended, end };
    end();
    return 'held';
  } catch (error) {
    end();
    throw error;
  }
};
