import { listOf } from '../config/settings.ts';
import { KafkaUnavailable } from '../messaging/kafka/errors.ts';
import { createKafkaJournal, type KafkaJournal } from '../messaging/kafka/journal.ts';
import { createKafkaEventLog, type KafkaEventLog } from '../messaging/kafka/kafka-log.ts';
import { countKafkaRequests } from '../messaging/kafka/requests.ts';
import { type LogTables, logMigrations } from '../messaging/postgres-log-tables.ts';
import { connectMongo } from '../mongo/connect.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { connectionIn, connectPostgres } from '../postgres/connect.ts';
import { migrate } from '../postgres/migrate.ts';
import type { Postgres } from '../postgres/postgres.ts';
import type { ServiceContext } from './run-service.ts';
import { withoutPassword } from './settings.ts';
import { ServerAbsent, waitForServer } from './wait-for-server.ts';

/** What opening a server takes; the configuration only as far as it is about that server. */
type Opener<C> = Omit<ServiceContext, 'config'> & { config: C & { WAIT_SECONDS: number } };

const patience = ({ config, clock, logger }: Opener<object>) => ({
  patienceMs: config.WAIT_SECONDS * 1000,
  clock,
  logger,
});

const serverAt = { DATABASE_URL: 'PostgreSQL', MONGO_URL: 'MongoDB' } as const;

/**
 * Does what a start wants of a server beyond opening it; `work` is tried again while that is away, as it may be though
 * it has answered before.
 */
export const patiently = <T, Variable extends keyof typeof serverAt>(
  context: Opener<Record<Variable, string>>,
  variable: Variable,
  work: () => Promise<T>,
): Promise<T> =>
  waitForServer(work, {
    server: serverAt[variable],
    at: withoutPassword(context.config[variable]),
    variable,
    ...patience(context),
  });

const CONNECTIONS = 12;

/** Waits for the database, brings it up to date with the migrations in `dir`, and opens a pool. */
export const openPostgres = async <Tables>(
  context: Opener<object>,
  { url, variable, dir }: { url: string; variable: string; dir: string },
): Promise<Postgres<Tables>> => {
  const { name, lifecycle, logger, needs, pools } = context;
  const connection = connectionIn(url);
  const applied = await waitForServer(() => migrate({ connection, dir, logger }), {
    server: 'PostgreSQL',
    at: withoutPassword(url),
    variable,
    ...patience(context),
  });
  if (applied > 0) logger.info({ database: connection.database, applied }, 'migrated');
  const pg = connectPostgres<Tables>({ ...connection, name: `shop ${name}`, max: CONNECTIONS, logger });
  lifecycle.onStop(`PostgreSQL (${connection.database})`, () => pg.close());
  pools.set(connection.database, pg);
  needs.set(connection.database, () => pg.query({ name: 'ready', text: 'select 1' }));
  return pg;
};

/** Waits for the database and connects. */
export const openMongo = async (context: Opener<{ MONGO_URL: string }>): Promise<Mongo> => {
  const { name, config, lifecycle, logger, clock, needs } = context;
  const mongo = await waitForServer(
    () => connectMongo({ url: config.MONGO_URL, name: `shop ${name}`, logger, clock }),
    {
      server: 'MongoDB',
      at: withoutPassword(config.MONGO_URL),
      variable: 'MONGO_URL',
      ...patience(context),
    },
  );
  lifecycle.onStop('MongoDB', () => mongo.close());
  needs.set('MongoDB', () => mongo.ping());
  return mongo;
};

interface KafkaSettings {
  KAFKA_BROKERS: string;
  KAFKA_PREFIX: string;
  KAFKA_REPLICATION: number;
}

/** Waits for Kafka and makes the topics that are missing. Requests do without it: events wait in the outboxes. */
export const openEventLog = async (context: Opener<KafkaSettings>): Promise<KafkaEventLog> => {
  const { name, config, lifecycle, clock, ids, logger, metrics } = context;
  lifecycle.onStop('metrics of Kafka', countKafkaRequests(metrics));
  const log = await createKafkaEventLog({
    brokers: listOf(config.KAFKA_BROKERS),
    prefix: config.KAFKA_PREFIX,
    replication: config.KAFKA_REPLICATION,
    clientId: name,
    waitMs: config.WAIT_SECONDS * 1000,
    clock,
    ids,
    logger,
  }).catch((error) => {
    throw error instanceof KafkaUnavailable
      ? new ServerAbsent(`${error.message}; start it, or say with KAFKA_BROKERS where it is.`)
      : error;
  });
  lifecycle.onStop('Kafka', () => log.close());
  return log;
};

/**
 * Opens the journal of all events, and the dead letters, for whoever looks after the shop. Requests that don't ask for
 * them do without.
 */
export const openJournal = async (
  context: Opener<{ JOURNAL_DATABASE_URL: string }>,
  log: KafkaEventLog,
): Promise<KafkaJournal> => {
  const { config, lifecycle, clock, ids, logger } = context;
  const pg = await openPostgres<LogTables>(context, {
    url: config.JOURNAL_DATABASE_URL,
    variable: 'JOURNAL_DATABASE_URL',
    dir: logMigrations,
  });
  const journal = createKafkaJournal({ log, pg, clock, ids, logger });
  lifecycle.onStop('journal', () => journal.close());
  return journal;
};
