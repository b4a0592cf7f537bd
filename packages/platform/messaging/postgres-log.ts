import { topics as allTopics, type Topic } from '@shop/contracts/events.ts';
import type { Loop } from '../lifecycle/loop.ts';
import type { Postgres } from '../postgres/postgres.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import type { ConsoleLog } from './console-log.ts';
import type { EventLog, Subscription } from './event-log.ts';
import { append, asMessage } from './postgres-append.ts';
import { bury, postgresDeadLetters } from './postgres-dead-letters.ts';
import { pruneLog, readJournal, readLag } from './postgres-journal.ts';
import type { LogTables } from './postgres-log-tables.ts';
import { startMember } from './postgres-subscription.ts';

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
 * An event log in PostgreSQL tables. Every topic is one partition. Members of a group that run in several processes
 * take turns, a batch each; readers in the process that appends are woken at once, others poll every second.
 */
export const createPostgresEventLog = (options: PostgresEventLogOptions): PostgresEventLog => {
  const { pg, clock, ids, logger, leaseMs = 6_000 } = options;
  const readers = new Map<Topic, Set<Loop>>(allTopics.map((topic) => [topic, new Set()]));
  const subscriptions = new Set<Subscription>();
  let closed = false;

  const wake = (topic: Topic) => {
    for (const loop of readers.get(topic) ?? []) loop.nudge();
  };

  const subscribe: EventLog['subscribe'] = async ({ group, topics, deliver }) => {
    await pg.kysely
      .insertInto('log_offsets')
      .values(topics.map((topic) => ({ consumer_group: group, topic })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    if (closed) throw new Error('The event log is closed');
    const owner = ids.uuid();
    const members = topics.map((topic) => {
      const loop = startMember({ pg, group, topic, owner, deliver, leaseMs, clock, logger });
      readers.get(topic)?.add(loop);
      return { topic, loop };
    });
    const subscription: Subscription = {
      failingMs: () => Math.max(...members.map(({ loop }) => loop.failingMs())),
      async close() {
        for (const { topic, loop } of members) readers.get(topic)?.delete(loop);
        await Promise.all(members.map(({ loop }) => loop.stop()));
        subscriptions.delete(subscription);
      },
    };
    subscriptions.add(subscription);
    return subscription;
  };

  return {
    async publish(topic, events) {
      await append(pg, topic, events.map(asMessage), clock.now());
      wake(topic);
    },
    subscribe,
    bury: (letter) => bury(pg, letter),
    async close() {
      closed = true;
      await Promise.all([...subscriptions].map((subscription) => subscription.close()));
    },
    deadLetters: postgresDeadLetters({ pg, clock, ids, appended: wake }),
    journal: (query) => readJournal(pg, query),
    lag: () => readLag(pg),
    prune: (olderThan) => pruneLog(pg, clock.now(), olderThan),
  };
};
