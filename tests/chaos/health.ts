import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Chronicle } from './history.ts';

/** What a look at the shop has shown last, in milliseconds since the beginning of the run. */
export interface Health {
  /** When the edge last answered that the shop is ready. */
  readyAt(): number;
  /** When no unfinished saga was older than the limit, last. */
  freshAt(): number;
  /** How many sagas are not at their end, by state; undefined while nobody can tell. */
  unfinished(): Record<string, number> | undefined;
  stop(): Promise<void>;
}

export interface HealthOptions {
  url: string;
  /** The order service's database, past all proxies. */
  database: string;
  chronicle: Chronicle;
  /** Sagas that take longer count as in trouble. */
  freshMs: number;
}

const READY_EVERY_MS = 150;
const SAGAS_EVERY_MS = 300;
/** On a machine that is busy an answer takes its time, and is one all the same. */
const PATIENCE_MS = 10_000;

const AGES = `
  select state, count(*)::int as count, max(extract(epoch from now() - created_at))::float8 * 1000 as age
  from sagas where state not in ('completed', 'compensated') group by state`;

interface Age {
  state: string;
  count: number;
  age: number;
}

/** One question over a connection of its own: one that slept with the server would not come back. */
const askAges = async (database: string): Promise<Age[]> => {
  const client = new pg.Client({
    connectionString: database,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query<Age>(AGES)).rows;
  } finally {
    void client.end().catch(() => {});
  }
};

/** Looks at a shop again and again, until it is stopped. */
export const watchHealth = ({ url, database, chronicle, freshMs }: HealthOptions): Health => {
  let going = true;
  let [readyAt, freshAt] = [-1, -1];
  let unfinished: Record<string, number> | undefined;

  const lookAtReadiness = async (): Promise<void> => {
    while (going) {
      const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => {});
      await response?.arrayBuffer().catch(() => {});
      if (response?.status === 200) readyAt = chronicle.elapsed();
      await pause(READY_EVERY_MS);
    }
  };

  const lookAtSagas = async (): Promise<void> => {
    while (going) {
      const ages = await askAges(database).catch(() => undefined);
      unfinished = ages && Object.fromEntries(ages.map(({ state, count }) => [state, count]));
      if (ages?.every(({ age }) => age < freshMs)) freshAt = chronicle.elapsed();
      await pause(SAGAS_EVERY_MS);
    }
  };

  const looking = [lookAtReadiness(), lookAtSagas()];
  return {
    readyAt: () => readyAt,
    freshAt: () => freshAt,
    unfinished: () => unfinished,
    async stop() {
      going = false;
      await Promise.all(looking);
    },
  };
};
