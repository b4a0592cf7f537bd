import mongoose from 'mongoose';
import pg from 'pg';
import { openKafkaRequests } from './kafka-requests.ts';

/** What servers have written down so far, by name. */
export type Counters = Record<string, number>;

export interface CountersReader {
  read(): Promise<Counters>;
  close(): Promise<void>;
}

/**
 * Commits that wrote, how often the write-ahead log was brought to disk for them (several commits share one), how much
 * went to it, and how many whole pages: each page is written as a whole at its first change after a checkpoint.
 */
const postgresCounters = `
  select (select sum(xact_commit) from pg_stat_database)::float8 as "PostgreSQL transactions",
         (select sum(fsyncs) from pg_stat_io where object = 'wal')::float8 as "PostgreSQL log syncs",
         (select wal_bytes from pg_stat_wal)::float8 / 1024 as "PostgreSQL log KB",
         (select wal_fpi from pg_stat_wal)::float8 as "PostgreSQL log pages"`;

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

export interface CountedServers {
  postgres: string;
  mongo?: string;
  /** Where the processes that use Kafka tell their metrics: the brokers' own counters are not to be had without Java. */
  metrics?: readonly string[];
}

/**
 * Reads what PostgreSQL and MongoDB count, PostgreSQL's processes with a delay of up to a second, and what Kafka's
 * clients do.
 */
export const openCounters = async (urls: CountedServers): Promise<CountersReader> => {
  const client = new pg.Client(urls.postgres);
  await client.connect();
  const mongo = urls.mongo === undefined ? undefined : await new mongoose.mongo.MongoClient(urls.mongo).connect();
  const kafka = urls.metrics && openKafkaRequests(urls.metrics);
  return {
    async read() {
      const { rows } = await client.query(postgresCounters);
      const status = await mongo?.db('admin').command({ serverStatus: 1 });
      const requests = await kafka?.read();
      return { ...(rows[0] as Counters), ...(status && writesOf(status as unknown as ServerStatus)), ...requests };
    },
    async close() {
      kafka?.end();
      await client.end();
      await mongo?.close();
    },
  };
};
