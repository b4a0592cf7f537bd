import mongoose from 'mongoose';
import pg from 'pg';

/** What servers have written down so far, by name. */
export type Counters = Record<string, number>;

export interface CountersReader {
  read(): Promise<Counters>;
  close(): Promise<void>;
}

/** Commits that wrote, and how often the write-ahead log was brought to disk for them (several commits share one). */
const postgresCounters = `
  select (select sum(xact_commit) from pg_stat_database)::float8 as "PostgreSQL transactions",
         (select sum(fsyncs) from pg_stat_io where object = 'wal')::float8 as "PostgreSQL log syncs",
         (select wal_bytes from pg_stat_wal)::float8 / 1024 as "PostgreSQL log KB"`;

interface ServerStatus {
  metrics: { commands: Record<string, { total: number | bigint } | undefined> };
  wiredTiger: { log: Record<string, number> };
}

const writesOf = ({ metrics, wiredTiger }: ServerStatus): Counters => ({
  'MongoDB writes': ['insert', 'update', 'findAndModify', 'delete'].reduce(
    (sum, name) => sum + Number(metrics.commands[name]?.total ?? 0),
    0,
  ),
  'MongoDB log syncs': wiredTiger.log['log sync operations'] ?? 0,
});

/** Reads what PostgreSQL and MongoDB count; PostgreSQL's processes tell theirs with a delay of up to a second. */
export const openCounters = async (urls: { postgres: string; mongo?: string }): Promise<CountersReader> => {
  const client = new pg.Client(urls.postgres);
  await client.connect();
  const mongo = urls.mongo === undefined ? undefined : await new mongoose.mongo.MongoClient(urls.mongo).connect();
  return {
    async read() {
      const { rows } = await client.query(postgresCounters);
      const status = await mongo?.db('admin').command({ serverStatus: 1 });
      return { ...(rows[0] as Counters), ...(status && writesOf(status as unknown as ServerStatus)) };
    },
    async close() {
      await client.end();
      await mongo?.close();
    },
  };
};
