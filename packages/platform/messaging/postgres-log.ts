import type { Postgres } from '../postgres/postgres.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import type { ConsoleLog } from './console-log.ts';
import type { EventLog } from './event-log.ts';
import { append, asMessage } from './postgres-append.ts';
import { postgresBatches } from './postgres-batches.ts';
import { bury, postgresDeadLetters } from './postgres-dead-letters.ts';
import { pruneLog, readJournal, readLag } from './postgres-journal.ts';
import type { LogTables } from './postgres-log-tables.ts';
import { createSubscriptions } from './subscriptions.ts';

export interface PostgresEventLog extends EventLog, ConsoleLog {}

export interface PostgresEventLogOptions {
  /** A database migrated with `logMigrations`; the log doesn't close it. */
  pg: Postgres<LogTables>;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  /** How long a batch is kept for a member that fell silent, by the database's clock. */
  leaseMs?: number;
}

/**
 * An event log in PostgreSQL tables. Every topic is one partition; readers in the process that appends are woken at
 * once.
 */
export const createPostgresEventLog = (options: PostgresEventLogOptions): PostgresEventLog => {
  const { pg, clock, ids, logger, leaseMs = 6_000 } = options;
  const { wake, subscribe, close } = createSubscriptions({
    batches: postgresBatches(pg, leaseMs),
    ...{ clock, ids, logger, leaseMs },
  });

  return {
    async publish(topic, events) {
      await append(pg, topic, events.map(asMessage), clock.now());
      wake(topic);
    },
    subscribe,
    bury: (letter) => bury(pg, letter),
    close,
    deadLetters: postgresDeadLetters({ pg, clock, ids, appended: wake }),
    journal: (query) => readJournal(pg, query),
    lag: () => readLag(pg),
    prune: (olderThan) => pruneLog(pg, clock.now(), olderThan),
  };
};
