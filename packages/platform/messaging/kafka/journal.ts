import type { Postgres } from '../../postgres/postgres.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { Ids } from '../../time/ids.ts';
import type { ConsoleLog } from '../console-log.ts';
import type { Subscription } from '../event-log.ts';
import { pruneLog, readJournal } from '../postgres-journal.ts';
import type { LogTables } from '../postgres-log-tables.ts';
import { startConsumption } from './consumption.ts';
import { kafkaDeadLetters } from './dead-letters.ts';
import type { KafkaEventLog } from './kafka-log.ts';
import { appendTogether, keepEvents, keepLetters } from './keep.ts';
import { createLagReader } from './lag.ts';

/** What people see of a log in Kafka. Close it before the log and the database. */
export interface KafkaJournal extends ConsoleLog, Subscription {}

export interface KafkaJournalOptions {
  log: KafkaEventLog;
  /** A database migrated with `logMigrations`; the journal doesn't close it. */
  pg: Postgres<LogTables>;
  clock: Clock;
  ids: Ids;
  logger: Logger;
}

/**
 * Copies all events of a log in Kafka, and its dead letters, into PostgreSQL, where people can search them: the group
 * `journal`, of which any number of processes may be members. It is about half a second behind.
 */
export const createKafkaJournal = ({ log, pg, clock, ids, logger }: KafkaJournalOptions): KafkaJournal => {
  const { clients, names } = log;
  const append = appendTogether(pg, clock);
  const consumption = startConsumption({
    clients,
    group: names.group('journal'),
    topics: names.all(),
    async handle(records) {
      const content = names.contentOf(records[0]?.topic ?? '');
      if (!content) return;
      if (content.deadLetters) await keepLetters({ pg, records, logger });
      else await keepEvents(content.topic, append, { records, logger });
    },
    gather: true,
    clock,
    logger,
  });
  const lag = createLagReader({ clients, names, clock });
  return {
    deadLetters: kafkaDeadLetters({ log, pg, clock, ids }),
    journal: (query) => readJournal(pg, query),
    lag: lag.read,
    prune: (olderThan) => pruneLog(pg, clock.now(), olderThan),
    failingMs: consumption.failingMs,
    async close() {
      await Promise.all([consumption.close(), lag.close()]);
    },
  };
};
