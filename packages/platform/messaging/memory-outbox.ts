import type { AnyShopEvent, NewEvent } from '@shop/contracts/events.ts';
import type { MemoryDatabase, MemoryTable } from '../memory/database.ts';
import { currentTrace } from '../telemetry/context.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import type { OutboxSource } from './outbox.ts';
import { shardCount, shardOf } from './shards.ts';

interface StoredEvent {
  id: string;
  type: NewEvent['type'];
  key: string;
  /** JSON, so that nobody changes what was said. */
  data: string;
  at: string;
  traceparent: string | null;
  shard: number;
}

interface Lease {
  owner: string;
  until: number;
}

/** What a service has said and not published, and which relay sends which shard. */
export interface MemoryOutboxData {
  db: MemoryDatabase;
  /** By id, in the order in which they were said. */
  events: MemoryTable<string, StoredEvent>;
  leases: MemoryTable<number, Lease>;
}

export const memoryOutboxData = (db: MemoryDatabase): MemoryOutboxData => ({
  db,
  events: db.table(),
  leases: db.table(),
});

/** What an event is stored with beside its payload. */
export interface Stamp {
  id: string;
  /** ISO 8601. */
  at: string;
  traceparent: string | null;
}

/** A service's events, stored in the same step as the state they tell of. */
export interface MemoryOutbox {
  /** The id, time and trace of an event that is yet to be said, from the work at hand. */
  stamp(at?: Date): Stamp;
  /** Says an event, in the step under way. */
  emit(stamp: Stamp, event: NewEvent): void;
  /** Says events, in the step under way. */
  append(events: readonly NewEvent[]): void;
  /** Wakes the relay; call it when the events are stored. */
  nudge(): void;
  /** Calls `wake` whenever there may be something to send. */
  onNudge(wake: () => void): void;
  /** What a relay in this process reads from; a second one needs a source of its own. */
  source: OutboxSource;
}

export interface MemoryOutboxOptions {
  data: MemoryOutboxData;
  service: string;
  clock: Clock;
  ids: Ids;
  /** How long a relay that fell silent keeps its shards, by the clock. */
  leaseMs?: number;
}

/** The outbox of `service`, as one of its processes has it. */
export const createMemoryOutbox = (options: MemoryOutboxOptions): MemoryOutbox => {
  const { data, clock, ids } = options;
  const wakers: (() => void)[] = [];
  const stamp: MemoryOutbox['stamp'] = (at = clock.now()) => ({
    id: ids.uuid(),
    at: at.toISOString(),
    traceparent: currentTrace(),
  });
  const emit: MemoryOutbox['emit'] = (stamped, { type, key, data: payload }) => {
    data.events.set(stamped.id, { ...stamped, type, key, data: JSON.stringify(payload), shard: shardOf(key) });
  };
  return {
    stamp,
    emit,
    append(events) {
      for (const event of events) emit(stamp(), event);
    },
    nudge() {
      for (const wake of wakers) wake();
    },
    onNudge(wake) {
      wakers.push(wake);
    },
    source: memoryOutboxSource(options),
  };
};

/** One relay's view of a service's outbox. Shards go to whichever relay asks first. */
export const memoryOutboxSource = ({
  data: { db, events, leases },
  service,
  clock,
  ids,
  leaseMs = 5_000,
}: MemoryOutboxOptions): OutboxSource => {
  const owner = ids.uuid();
  const source = `/services/${service}`;

  const toEvent = ({ id, type, key, data, at, traceparent }: StoredEvent): AnyShopEvent =>
    ({
      ...{ id, type, source, key, time: at, data: JSON.parse(data) },
      ...(traceparent === null ? {} : { traceparent }),
    }) as AnyShopEvent;

  /** Takes free and lapsed shards, prolongs its own after a third of their lease; answers whether the shard is its own. */
  const holds = (shard: number, now: number): boolean => {
    const lease = leases.get(shard);
    const lapsed = !lease || lease.until <= now;
    const due = lease?.owner === owner && lease.until <= now + (leaseMs * 2) / 3;
    if (lapsed || due) leases.set(shard, { owner, until: now + leaseMs });
    return lapsed || lease?.owner === owner;
  };

  return {
    async pending(limit) {
      const now = clock.now().getTime();
      const held = Array.from({ length: shardCount }, (_, shard) => holds(shard, now));
      const found: AnyShopEvent[] = [];
      for (const event of events.all()) {
        if (found.length === limit) break;
        if (held[event.shard]) found.push(toEvent(event));
      }
      return found;
    },
    async sent(published) {
      db.atomically(() => {
        for (const { id } of published) events.delete(id);
      });
    },
    async depth() {
      return events.size();
    },
    async release() {
      for (let shard = 0; shard < shardCount; shard += 1) {
        if (leases.get(shard)?.owner === owner) leases.delete(shard);
      }
    },
  };
};
