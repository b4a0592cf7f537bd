import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { isInfrastructureFailure } from '../failures/infrastructure.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import { systemClock, systemIds } from '../time/system.ts';
import { isSerializationRace } from './errors.ts';
import type { Postgres, Statement, Tx } from './postgres.ts';
import { readValue } from './types.ts';

/** Where a PostgreSQL server is and who asks. */
export interface ServerConnection {
  host: string;
  port: number;
  user: string;
  password: string;
}

/** One database on it. */
export interface Connection extends ServerConnection {
  database: string;
}

/** The database that a URL such as `postgres://user:password@host:5432/database` names. */
export const connectionIn = (url: string): Connection => {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
  };
};

export interface ConnectOptions extends Connection {
  /** Shown in pg_stat_activity. */
  name: string;
  /** The most connections at a time; 10 unless given. */
  max?: number;
  /** After how long the server gives up a statement; 10 s unless given. */
  statementTimeoutMs?: number;
  logger?: Logger;
  clock?: Clock;
  ids?: Ids;
}

const connectTimeoutMs = 2_000;
/** How long work waits for one of `max` connections to be free before it fails. */
const queueTimeoutMs = 8_000;
const transactionAttempts = 5;

/** A client that gives up connecting sooner than the pool gives up waiting for a free one. */
class PromptClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super({ ...config, password: config?.password, connectionTimeoutMillis: connectTimeoutMs });
    // A connection that breaks while it is in use fails its statement; without a listener it would end the process.
    this.on('error', () => {});
  }
}

const createPool = (options: ConnectOptions): pg.Pool => {
  const statementTimeoutMs = options.statementTimeoutMs ?? 10_000;
  const pool = new pg.Pool({
    Client: PromptClient,
    host: options.host,
    port: options.port,
    user: options.user,
    password: options.password,
    database: options.database,
    application_name: options.name,
    max: options.max,
    keepAlive: true,
    connectionTimeoutMillis: queueTimeoutMs,
    idleTimeoutMillis: 60_000,
    statement_timeout: statementTimeoutMs,
    // The driver's own limit, for a server that no longer answers at all.
    query_timeout: statementTimeoutMs + 2_000,
    idle_in_transaction_session_timeout: 15_000,
    types: { getTypeParser: readValue },
  });
  // An idle connection that breaks is taken out of the pool; the next one is new.
  pool.on('error', (error) => options.logger?.debug({ err: error }, 'an idle connection to PostgreSQL was lost'));
  return pool;
};

/** One connection for as long as one piece of work needs it; a doubtful one doesn't go back to the pool. */
interface Lease {
  run(text: string, values?: readonly unknown[], name?: string): Promise<pg.QueryResult>;
  /** `broken`: the connection can't be used again, whatever its statements said. */
  release(broken?: boolean): void;
}

const lease = async (pool: pg.Pool): Promise<Lease> => {
  const client = await pool.connect();
  let doubtful = false;
  return {
    async run(text, values, name) {
      try {
        return await client.query({ text, values: values as unknown[], name });
      } catch (error) {
        doubtful ||= isInfrastructureFailure(error);
        throw error;
      }
    },
    release: (broken = false) => client.release(doubtful || broken),
  };
};

/** Kysely wants a pool of clients: this one lends whatever `open` opens. */
const kyselyOn = <Tables>(open: () => Promise<Lease>): Kysely<Tables> => {
  const connect = async () => {
    const { run, release } = await open();
    return {
      query: (text: string, values: readonly unknown[]) => run(text, values),
      release: (broken?: boolean) => release(broken),
    };
  };
  return new Kysely<Tables>({
    // Kysely's type of a client has an overload for cursors, which its driver only uses when a cursor class is given.
    dialect: new PostgresDialect({ pool: { connect, end: async () => {} } as never }),
  });
};

interface OpenTx<Tables> extends Tx<Tables> {
  /** Does what was left for the end. */
  finish(): Promise<void>;
  /** What to call after the commit; from here on the transaction takes no statements. */
  seal(): readonly (() => void)[];
}

const openTx = <Tables>(run: Lease['run']): OpenTx<Tables> => {
  const then: (() => void)[] = [];
  const lasts: (() => Promise<void>)[] = [];
  let over = false;
  let kysely: Kysely<Tables> | undefined;
  const runWithin: Lease['run'] = async (text, values, name) => {
    // A statement that was not awaited would otherwise run in somebody else's transaction.
    if (over) throw new Error('A statement came after the end of its transaction');
    return run(text, values, name);
  };
  return {
    query: async <Row>({ text, values, name }: Statement) => (await runWithin(text, values, name)).rows as Row[],
    get kysely() {
      kysely ??= kyselyOn(async () => ({ run: runWithin, release: () => {} }));
      return kysely;
    },
    beforeCommit(last) {
      lasts.push(last);
    },
    async finish() {
      for (const last of lasts) await last();
    },
    afterCommit(callback) {
      then.push(callback);
    },
    seal() {
      over = true;
      return then;
    },
  };
};

/** Runs `work` once in a transaction and answers its result and what it wants done after the commit. */
const attempt = async <Tables, T>(
  pool: pg.Pool,
  work: (tx: Tx<Tables>) => Promise<T>,
): Promise<{ result: T; then: readonly (() => void)[] }> => {
  const { run, release } = await lease(pool);
  const tx = openTx<Tables>(run);
  let broken = false;
  try {
    await run('begin');
    const result = await work(tx);
    await tx.finish();
    const then = tx.seal();
    // COMMIT of a transaction with a failed statement is answered with ROLLBACK, not with an error.
    const { command } = await run('commit');
    if (command !== 'COMMIT') throw new Error('The transaction was rolled back: one of its statements had failed');
    return { result, then };
  } catch (error) {
    tx.seal();
    await run('rollback').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    release(broken);
  }
};

/**
 * Connects to one database, lazily: nothing is opened until the first statement, and a server that is gone and comes
 * back is found again. int8 is read as a number, timestamptz as a Date.
 *
 * Statements reject with the driver's errors; `isInfrastructureFailure` tells those that are nobody's fault. When it is
 * the COMMIT of a transaction that rejects so, the outcome is unknown and must be read.
 */
export const connectPostgres = <Tables = unknown>(options: ConnectOptions): Postgres<Tables> => {
  const { clock = systemClock, ids = systemIds, logger, max = 10 } = options;
  const pool = createPool({ ...options, max });
  let closed: Promise<void> | undefined;

  const settle = (then: readonly (() => void)[]): void => {
    for (const callback of then) {
      try {
        callback();
      } catch (error) {
        // It is committed: whoever waits for the transaction must not be told that it failed.
        logger?.error({ err: error }, 'what should follow a commit failed');
      }
    }
  };

  return {
    async query<Row>({ text, values, name }: Statement) {
      const { run, release } = await lease(pool);
      try {
        return (await run(text, values, name)).rows as Row[];
      } finally {
        release();
      }
    },
    kysely: kyselyOn<Tables>(() => lease(pool)),
    async transaction(work) {
      for (let attempts = 1; ; attempts += 1) {
        try {
          const { result, then } = await attempt(pool, work);
          settle(then);
          return result;
        } catch (error) {
          if (attempts >= transactionAttempts || !isSerializationRace(error)) throw error;
          await clock.sleep(5 * 2 ** attempts * (0.5 + ids.fraction()));
        }
      }
    },
    connections() {
      // The pool hands out what is free, or makes what it may, at the next tick: who stands there until then waits for nothing.
      const atOnce = Math.min(pool.waitingCount, pool.idleCount + max - pool.totalCount);
      return {
        total: pool.totalCount,
        idle: Math.max(0, pool.idleCount - atOnce),
        waiting: pool.waitingCount - atOnce,
      };
    },
    close() {
      closed ??= pool.end();
      return closed;
    },
  };
};
