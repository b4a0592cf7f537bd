import type { AnyShopEvent, EventData, EventType, NewEvent } from '@shop/contracts/events.ts';
import type { Postgres, Tx } from '../postgres/postgres.ts';
import { currentTrace } from '../telemetry/context.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import type { OutboxSource } from './outbox.ts';
import { relaxed } from './relaxed.ts';

/** A service's events, committed together with the state they tell of. */
export interface Outbox {
  /**
   * Writes events in the caller's transaction, in one statement, and wakes the relay after its commit. Lock the
   * aggregate's row first: the rows of one key then rise in the order of its changes.
   */
  append(tx: Pick<Tx, 'query' | 'afterCommit'>, events: readonly NewEvent[]): Promise<void>;
  /** Wakes the relay; for those who wrote events with the SQL function `emit`, after the commit. */
  nudge(): void;
  /** Calls `wake` whenever there may be something to send. */
  onNudge(wake: () => void): void;
  /** What a relay in this process reads from; a second one needs a `postgresOutboxSource` of its own. */
  source: OutboxSource;
}

const appendEvents = `
  insert into outbox (event_id, type, key, data, at, traceparent)
  select e.id, e.type, e.key, e.data::jsonb, $5, $6
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) with ordinality as e (id, type, key, data, n)
  order by e.n`;

/** The outbox of `service` in its own database. */
export const createOutbox = (options: {
  pg: Pick<Postgres, 'query'>;
  service: string;
  clock: Clock;
  ids: Ids;
  /** How long a relay that fell silent keeps its shards. */
  leaseMs?: number;
}): Outbox => {
  const { clock, ids } = options;
  const wakers: (() => void)[] = [];
  const nudge = () => {
    for (const wake of wakers) wake();
  };
  return {
    async append(tx, events) {
      if (events.length === 0) return;
      await tx.query({
        name: 'outbox-append',
        text: appendEvents,
        values: [
          events.map(() => ids.uuid()),
          events.map(({ type }) => type),
          events.map(({ key }) => key),
          events.map(({ data }) => JSON.stringify(data)),
          clock.now(),
          currentTrace(),
        ],
      });
      tx.afterCommit(nudge);
    },
    nudge,
    onNudge(wake) {
      wakers.push(wake);
    },
    source: postgresOutboxSource(options),
  };
};

interface OutboxRow {
  id: number;
  event_id: string;
  type: EventType;
  key: string;
  data: EventData[EventType];
  at: Date;
  traceparent: string | null;
}

/**
 * Takes free and lapsed shards and prolongs its own after a third of their lease, judged by the database's clock alone,
 * then reads. Rows, not a cursor over ids: a lower id may be committed later. Rows that another relay is deciding on are
 * skipped, so relays never wait for each other.
 */
const readPending = `
  with ${relaxed},
  wanted as materialized (
    select shard from outbox_leases
    where until is null or until <= now()
      or (owner = $1 and until <= now() + make_interval(secs => $2::float8 * 2 / 3))
    order by shard
    for update skip locked
  ),
  taken as (
    update outbox_leases set owner = $1, until = now() + make_interval(secs => $2::float8)
    from wanted, relaxed
    where outbox_leases.shard = wanted.shard
    returning outbox_leases.shard
  ),
  owned as (
    select shard from taken
    union
    select shard from outbox_leases where owner = $1 and until > now()
  )
  select id, event_id, type, key, data, at, traceparent
  from outbox
  where shard = any (array(select shard from owned))
  order by id
  limit $3`;

const deleteSent = `with ${relaxed} delete from outbox using relaxed where id = any ($1::bigint[])`;

/** Beyond this many waiting events their exact number no longer matters. */
const depthLimit = 100_000;

/** One relay's view of a service's outbox. The eight shards go to whichever relay asks first. */
export const postgresOutboxSource = ({
  pg,
  service,
  ids,
  leaseMs = 5_000,
}: {
  pg: Pick<Postgres, 'query'>;
  service: string;
  ids: Ids;
  leaseMs?: number;
}): OutboxSource => {
  const owner = ids.uuid();
  const source = `/services/${service}`;
  /** Where an event that was read stands in the table. */
  const rowOf = new WeakMap<AnyShopEvent, number>();
  const toEvent = (row: OutboxRow): AnyShopEvent => {
    const event = {
      id: row.event_id,
      type: row.type,
      source,
      key: row.key,
      time: row.at.toISOString(),
      data: row.data,
      ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
    } as AnyShopEvent;
    rowOf.set(event, row.id);
    return event;
  };
  return {
    async pending(limit) {
      const values = [owner, leaseMs / 1000, limit];
      return (await pg.query<OutboxRow>({ name: 'outbox-pending', text: readPending, values })).map(toEvent);
    },
    async sent(events) {
      await pg.query({ name: 'outbox-sent', text: deleteSent, values: [events.map((event) => rowOf.get(event))] });
    },
    async depth() {
      const [row] = await pg.query<{ waiting: number }>({
        text: 'select count(*) as waiting from (select 1 from outbox limit $1) as counted',
        values: [depthLimit],
      });
      return row?.waiting ?? 0;
    },
    async release() {
      await pg.query({ text: 'update outbox_leases set owner = null, until = null where owner = $1', values: [owner] });
    },
  };
};
