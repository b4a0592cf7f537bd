import type { Topic } from '@shop/contracts/events.ts';
import { refuse } from '@shop/contracts/problems.ts';
import { type Selectable, sql } from 'kysely';
import type { Postgres } from '../postgres/postgres.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import type { BuriedLetter, DeadLetters, LetterPosition } from './dead-letters.ts';
import type { DeadLetter } from './event-log.ts';
import { append } from './postgres-append.ts';
import type { LogTables } from './postgres-log-tables.ts';
import { retention } from './retention.ts';
import { isUuid } from './uuid.ts';

const toLetter = (row: Selectable<LogTables['dead_letters']>): BuriedLetter => ({
  id: row.id,
  topic: row.topic,
  group: row.consumer_group,
  error: row.error,
  at: row.at.toISOString(),
  event: row.event,
  burials: row.burials,
  ...(row.replayed_at && { replayedAt: row.replayed_at.toISOString() }),
});

/** Stores a letter, or opens again the one that its event left when it failed before. */
export const bury = async (pg: Postgres<LogTables>, letter: DeadLetter): Promise<void> => {
  await pg.kysely
    .insertInto('dead_letters')
    .values({
      id: letter.id,
      topic: letter.topic,
      consumer_group: letter.group,
      error: letter.error,
      at: new Date(letter.at),
      event: JSON.stringify(letter.event ?? null),
    })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        error: eb.ref('excluded.error'),
        at: eb.ref('excluded.at'),
        burials: sql<number>`dead_letters.burials + 1`,
        replayed_at: null,
      })),
    )
    .execute();
};

const find = async (pg: Postgres<LogTables>, id: string): Promise<BuriedLetter | undefined> => {
  if (!isUuid(id)) return undefined;
  const row = await pg.kysely.selectFrom('dead_letters').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toLetter(row);
};

const listLetters = async (
  pg: Postgres<LogTables>,
  { limit, before }: { limit: number; before?: LetterPosition },
): Promise<BuriedLetter[]> => {
  let query = pg.kysely.selectFrom('dead_letters').selectAll().orderBy('at', 'desc').orderBy('id', 'desc');
  if (before) {
    const at = new Date(before.at);
    if (Number.isNaN(at.getTime()) || !isUuid(before.id)) return [];
    query = query.where(sql<boolean>`(at, id) < (${at}::timestamptz, ${before.id}::uuid)`);
  }
  return (await query.limit(limit).execute()).map(toLetter);
};

/** Removes letters that were buried before `olderThan`, the oldest first, at most `limit`; answers how many. */
export const pruneLetters = async (pg: Postgres<LogTables>, olderThan: Date, limit: number): Promise<number> => {
  const rows = await pg.query({
    text: `delete from dead_letters where id in (
      select id from dead_letters where at < $1 order by at limit $2) returning id`,
    values: [olderThan, limit],
  });
  return rows.length;
};

/** The dead letters beside a PostgreSQL log. `appended` is called when a replay stands in a topic. */
export const postgresDeadLetters = ({
  pg,
  clock,
  ids,
  appended,
}: {
  pg: Postgres<LogTables>;
  clock: Clock;
  ids: Ids;
  appended: (topic: Topic) => void;
}): DeadLetters => ({
  list: (options) => listLetters(pg, options),
  async waiting() {
    const [row] = await pg.query<{ count: number }>({
      name: 'letters-waiting',
      text: 'select count(*) as count from dead_letters where replayed_at is null',
    });
    return row?.count ?? 0;
  },
  show: (id) => find(pg, id),
  async replay(id) {
    const letter = await find(pg, id);
    const now = clock.now();
    if (!letter || bornAt(letter) < now.getTime() - retention.deadLetterMs) return refuse('DEAD_LETTER_NOT_FOUND');
    const { topic, group, event } = letter;
    if (typeof event !== 'object' || event === null) {
      return refuse('DEAD_LETTER_NOT_FOUND', { detail: 'What arrived was no event: there is nothing to send again.' });
    }
    await pg.transaction(async (tx) => {
      // Whoever sets `replayed_at` sends it: two operators pressing the button send it once.
      const open = await tx.query({
        text: 'update dead_letters set replayed_at = $2 where id = $1 and replayed_at is null returning id',
        values: [id, now],
      });
      if (open.length === 0) return;
      await append(tx, topic, [{ deliveryId: ids.uuid(), event: { ...event, replayFor: group } }], now);
      tx.afterCommit(() => appended(topic));
    });
    return { ok: true };
  },
});

/** When the letter's event came to be, in epoch milliseconds; its burial counts where the event doesn't say. */
const bornAt = (letter: BuriedLetter): number => {
  const { time } = (letter.event ?? {}) as { time?: unknown };
  const born = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(born) ? Date.parse(letter.at) : born;
};
