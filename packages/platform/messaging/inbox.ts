import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { grouped } from '../grouping/grouped.ts';
import type { Postgres, Queries, Tx } from '../postgres/postgres.ts';
import type { Clock } from '../time/clock.ts';
import { systemClock } from '../time/system.ts';

/** Does what one event asks for. */
export type Handle<T> = (event: AnyShopEvent, tx: T) => Promise<unknown>;

/** How events take effect in a service's store; `T` is what handlers write with. */
export interface Apply<T> {
  /** Handles the events in order, each that is not dealt with yet. Rejects as a handler or the store does. */
  batch(events: readonly AnyShopEvent[], handle: Handle<T>): Promise<void>;
  /** Notes that the event became a dead letter: other copies of it do nothing any more, its replay still does. */
  buried(event: AnyShopEvent): Promise<void>;
}

/** For handlers that are idempotent by themselves, by version or state: nothing is noted, every copy is handled. */
export const oneByOne: Apply<undefined> = {
  async batch(events, handle) {
    for (const event of events) await handle(event, undefined);
  },
  async buried() {},
};

/** The same, for handlers that care for the order of a key's events alone: those of different keys are handled side by side. */
export const keyByKey: Apply<undefined> = {
  async batch(events, handle) {
    const handled = await Promise.allSettled(
      [...Map.groupBy(events, ({ key }) => key).values()].map((ofKey) => oneByOne.batch(ofKey, handle)),
    );
    const failure = handled.find((outcome) => outcome.status === 'rejected');
    if (failure) throw failure.reason;
  },
  async buried() {},
};

/**
 * Applies together what several partitions deliver at the same time: one transaction instead of one each. Where that
 * fails, each delivery is applied for itself.
 */
export const together = <T>(apply: Apply<T>): Apply<T> => {
  const batches = grouped({
    most: 50,
    async run(deliveries: readonly { events: readonly AnyShopEvent[]; handle: Handle<T> }[]) {
      const handles = new Map(
        deliveries.flatMap(({ events, handle }) => events.map((event) => [event, handle] as const)),
      );
      await apply.batch([...handles.keys()], async (event, tx) => handles.get(event)?.(event, tx));
      return deliveries.map(() => undefined);
    },
  });
  return {
    batch: (events, handle) => batches({ events, handle }),
    buried: (event) => apply.buried(event),
  };
};

/** Sorted, so that two members with the same batch in hand never wait for each other in a circle. */
const insertFresh = `
  insert into inbox (consumer, event_id, at)
  select $1, id, $3 from unnest($2::uuid[]) as id order by id
  on conflict (consumer, event_id) do nothing
  returning event_id`;

/** A replay is fresh once more, but only after a burial, and once for each. */
const insertReplays = `
  insert into inbox (consumer, event_id, at)
  select distinct $1::text, id, $3::timestamptz from unnest($2::uuid[]) as id order by id
  on conflict (consumer, event_id) do update set buried = false, at = excluded.at where inbox.buried
  returning event_id`;

const insertBuried = `
  insert into inbox (consumer, event_id, at, buried) values ($1, $2, $3, true)
  on conflict (consumer, event_id) do nothing`;

/**
 * Each event takes effect once for the group: a batch is one transaction with its handlers' writes and a row for each
 * event, inserted by one statement. When a handler fails nothing of the batch has happened.
 */
export const postgresInbox = <Tables>(
  pg: Postgres<Tables>,
  group: string,
  clock: Clock = systemClock,
): Apply<Tx<Tables>> => {
  const fresh = async (tx: Tx<Tables>, name: string, text: string, ids: readonly string[]) => {
    if (ids.length === 0) return new Set<string>();
    const rows = await tx.query<{ event_id: string }>({ name, text, values: [group, ids, clock.now()] });
    return new Set(rows.map(({ event_id }) => event_id));
  };
  const idsOf = (events: readonly AnyShopEvent[]) => events.map(({ id }) => id.toLowerCase());

  return {
    async batch(events, handle) {
      const replays = events.filter(({ replayFor }) => replayFor !== undefined);
      const firsts = events.filter(({ replayFor }) => replayFor === undefined);
      await pg.transaction(async (tx) => {
        const unhandled = await fresh(tx, 'inbox-fresh', insertFresh, idsOf(firsts));
        for (const id of await fresh(tx, 'inbox-replays', insertReplays, idsOf(replays))) unhandled.add(id);
        // An id that came twice in one batch is handled where it stands first.
        for (const event of events) if (unhandled.delete(event.id.toLowerCase())) await handle(event, tx);
      });
    },
    async buried({ id }) {
      await pg.query({ name: 'inbox-buried', text: insertBuried, values: [group, id, clock.now()] });
    },
  };
};

/**
 * Forgets events that were dealt with before `olderThan` (`retention.inboxMs` ago is safe), the oldest first, at most
 * `limit` of them. Answers how many; as long as that is `limit`, more may wait.
 */
export const pruneInbox = async (
  pg: Pick<Queries<unknown>, 'query'>,
  olderThan: Date,
  limit = 10_000,
): Promise<number> => {
  const rows = await pg.query({
    text: `
      delete from inbox where (consumer, event_id) in (
        select consumer, event_id from inbox where at < $1 order by at limit $2
      ) returning event_id`,
    values: [olderThan, limit],
  });
  return rows.length;
};
