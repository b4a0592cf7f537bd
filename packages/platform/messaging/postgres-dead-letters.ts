import type { Topic } from '@shop/contracts/events.ts';
import { isRefusal, type Refusal } from '@shop/contracts/problems.ts';
import { type Selectable, sql } from 'kysely';
import type { Postgres, Queries } from '../postgres/postgres.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import {
  type BuriedLetter,
  type DeadLetters,
  type LetterPosition,
  type Replayable,
  replayable,
} from './dead-letters.ts';
import type { DeadLetter } from './event-log.ts';
import { append } from './postgres-append.ts';
import type { LogTables } from './postgres-log-tables.ts';
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

/** How many burials of a letter are known by their ids: more than are ever read again. */
const burialsKnown = 1_000;

/**
 * Stores a letter, or opens again the one that its event left when it failed before. Where a burial may be told twice,
 * its id tells: the second time changes nothing.
 */
export const bury = async (pg: Postgres<LogTables>, letter: DeadLetter, burialId?: string): Promise<void> => {
  await pg.kysely
    .insertInto('dead_letters')
    .values({
      id: letter.id,
      topic: letter.topic,
      consumer_group: letter.group,
      error: letter.error,
      at: new Date(letter.at),
      event: JSON.stringify(letter.event ?? null),
      burial_ids: burialId === undefined ? [] : [burialId],
    })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((eb) => ({
          error: eb.ref('excluded.error'),
          at: eb.ref('excluded.at'),
          burials: sql<number>`dead_letters.burials + 1`,
          replayed_at: null,
          burial_ids: sql<string[]>`(excluded.burial_ids || dead_letters.burial_ids)[1:${sql.lit(burialsKnown)}]`,
        }))
        .where(sql<boolean>`not excluded.burial_ids && dead_letters.burial_ids`),
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

/** The letters as they are kept; how they are sent again depends on where the log is. */
export const readDeadLetters = (pg: Postgres<LogTables>): Omit<DeadLetters, 'replay'> => ({
  list: (options) => listLetters(pg, options),
  async waiting() {
    const [row] = await pg.query<{ count: number }>({
      name: 'letters-waiting',
      text: 'select count(*) as count from dead_letters where replayed_at is null',
    });
    return row?.count ?? 0;
  },
  show: (id) => find(pg, id),
});

/** The letter, unless there is nothing in it that could be sent, or it is too old. */
export const findReplayable = async (
  pg: Postgres<LogTables>,
  id: string,
  now: Date,
): Promise<Replayable | Refusal<'DEAD_LETTER_NOT_FOUND'>> => replayable(await find(pg, id), now);

/**
 * Notes that a letter was sent again; answers false when that is noted already. With `burials`, only if it has not been
 * buried once more since: then it is open for another reason.
 */
export const markReplayed = async (
  pg: Pick<Queries<LogTables>, 'query'>,
  { id, burials, now }: { id: string; burials?: number; now: Date },
): Promise<boolean> => {
  const marked = await pg.query({
    text: `
      update dead_letters set replayed_at = $3
      where id = $1 and burials = coalesce($2, burials) and replayed_at is null
      returning id`,
    values: [id, burials ?? null, now],
  });
  return marked.length > 0;
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
  ...readDeadLetters(pg),
  async replay(id) {
    const now = clock.now();
    const found = await findReplayable(pg, id, now);
    if (isRefusal(found)) return found;
    const { letter, event } = found;
    await pg.transaction(async (tx) => {
      // Whoever marks it sends it: two operators pressing the button send it once.
      if (!(await markReplayed(tx, { id, now }))) return;
      const message = { deliveryId: ids.uuid(), event: { ...event, replayFor: letter.group } };
      await append(tx, letter.topic, [message], now);
      tx.afterCommit(() => appended(letter.topic));
    });
    return { ok: true };
  },
});
