import { type Topic, topics } from '@shop/contracts/events.ts';
import { sql } from 'kysely';
import type { Postgres } from '../postgres/postgres.ts';
import type { JournalEntry, JournalQuery, Lag } from './journal.ts';
import { pruneLetters } from './postgres-dead-letters.ts';
import type { LogTables } from './postgres-log-tables.ts';
import { retention } from './retention.ts';
import { isUuid } from './uuid.ts';

/** Messages that match every filter, newest first. */
export const readJournal = async (pg: Postgres<LogTables>, query: JournalQuery): Promise<JournalEntry[]> => {
  const { topic, type, key, sagaId, before, limit } = query;
  if (before !== undefined && !isUuid(before)) return [];
  let rows = pg.kysely.selectFrom('log_messages').select(['delivery_id', 'topic', 'event']);
  if (topic !== undefined) rows = rows.where('topic', '=', topic);
  if (type !== undefined) rows = rows.where(sql<boolean>`event ->> 'type' = ${type}`);
  if (key !== undefined) rows = rows.where('key', '=', key);
  if (sagaId !== undefined) rows = rows.where(sql<boolean>`event -> 'data' ->> 'sagaId' = ${sagaId}`);
  if (before !== undefined) rows = rows.where('delivery_id', '<', before);
  const found = await rows.orderBy('delivery_id', 'desc').limit(limit).execute();
  return found.map((row) => ({ position: row.delivery_id, topic: row.topic, event: row.event }));
};

/** Beyond this many the exact number no longer matters. */
const lagLimit = 100_000;

/** How far each group is behind in each of its topics. */
export const readLag = async (pg: Postgres<LogTables>): Promise<Lag[]> =>
  pg.query<Lag>({
    name: 'log-lag',
    text: `
      select o.consumer_group as "group", o.topic, waiting.count as behind
      from log_offsets as o, lateral (
        select count(*) from (
          select from log_messages as m where m.topic = o.topic and m.position > o.done limit $1
        ) as counted
      ) as waiting
      order by o.consumer_group, o.topic`,
    values: [lagLimit],
  });

/** As many rows go at a time: a pause between two lets others at them. */
const pruneChunk = 10_000;

/** Removes messages that are older than `olderThan` and that every group of their topic has handled, a chunk of them. */
const pruneMessages = async (pg: Postgres<LogTables>, topic: Topic, olderThan: Date): Promise<number> => {
  const rows = await pg.query({
    text: `
      delete from log_messages where topic = $1 and position in (
        select position from log_messages
        where topic = $1 and at < $2
          and position <= (
            select coalesce(min(o.done), (select head from log_topics where topic = $1))
            from log_offsets as o where o.topic = $1
          )
        order by position limit $3
      ) returning position`,
    values: [topic, olderThan, pruneChunk],
  });
  return rows.length;
};

/**
 * Removes messages older than `olderThan` (`retention.journalMs` before `now` unless given) that every group that keeps
 * its offsets here has handled, and dead letters older than `retention.deadLetterMs`; at most ten thousand of each topic,
 * and of letters. Answers how many went.
 */
export const pruneLog = async (
  pg: Postgres<LogTables>,
  now: Date,
  olderThan = new Date(now.getTime() - retention.journalMs),
): Promise<number> => {
  let removed = 0;
  for (const topic of topics) removed += await pruneMessages(pg, topic, olderThan);
  return removed + (await pruneLetters(pg, new Date(now.getTime() - retention.deadLetterMs), pruneChunk));
};
