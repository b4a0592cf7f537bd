import type { AnyShopEvent, NewEvent } from '@shop/contracts/events.ts';
import { Problem } from '@shop/contracts/problems.ts';
import { type Model, trusted } from 'mongoose';
import type { OutboxSource } from '../messaging/outbox.ts';
import { shardOf } from '../messaging/shards.ts';
import { currentTrace } from '../telemetry/context.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import { createLeases, type Lease, leasesIn } from './leases.ts';
import type { Mongo } from './mongo.ts';
import { mostPending, type PendingEvent, type WithPending } from './pending.ts';

/** A service's events, each stored in the document of the aggregate it tells of, in the write that changes it. */
export interface MongoOutbox {
  /** What a new document is stored with, and the events of its first write. */
  opening(id: string, events: readonly NewEvent[]): WithPending;
  /** The part of an update that stores further events, behind those that still wait. */
  saying(events: readonly NewEvent[]): { $push?: { pending: { $each: PendingEvent[] } } };
  /** The part of an update's filter that passes by a document which can't take `events` because too many wait in it. */
  room(events: readonly NewEvent[]): Record<string, unknown>;
  /** Wakes the relay; call it when the events are stored. */
  nudge(): void;
  /** Calls `wake` whenever there may be something to send. */
  onNudge(wake: () => void): void;
  /** What a relay in this process reads from; a second one needs a source of its own. */
  source: OutboxSource;
  /** The source of another relay. */
  anotherSource(): OutboxSource;
}

export interface MongoOutboxOptions<Document extends WithPending> {
  mongo: Mongo;
  /** The collection whose documents carry the events. A service has one such collection. */
  documents: Model<Document>;
  service: string;
  clock: Clock;
  ids: Ids;
  /** How long a relay that fell silent keeps its shards. */
  leaseMs?: number;
}

/** Thrown where `room` passed a document by. */
export const noRoom = (): Problem =>
  new Problem('UNAVAILABLE', {
    retryAfter: 5,
    detail: 'Too many earlier changes of this wait to be published; it can be changed again when they are.',
  });

/** The outbox of `service`: the events that its documents carry. */
export const createMongoOutbox = <Document extends WithPending>(options: MongoOutboxOptions<Document>): MongoOutbox => {
  const { mongo, clock, ids } = options;
  const leases = leasesIn(mongo);
  const wakers: (() => void)[] = [];

  const pendingOf = (events: readonly NewEvent[]): PendingEvent[] => {
    const traceparent = currentTrace();
    const at = clock.now();
    return events.map(({ type, key, data }) => ({
      ...{ id: ids.uuid(), type, key, data: JSON.stringify(data), at },
      ...(traceparent !== null && { traceparent }),
    }));
  };

  return {
    opening: (id, events) => ({ shard: shardOf(id), pending: pendingOf(events) }),
    saying: (events) => (events.length === 0 ? {} : { $push: { pending: { $each: pendingOf(events) } } }),
    room: (events) => {
      const last = mostPending - events.length;
      return events.length === 0 ? {} : { [`pending.${last}`]: trusted({ $exists: false }) };
    },
    nudge() {
      for (const wake of wakers) wake();
    },
    onNudge(wake) {
      wakers.push(wake);
    },
    source: sourceOf(options, leases),
    anotherSource: () => sourceOf(options, leases),
  };
};

/** Beyond this many documents that wait their exact number no longer matters. */
const depthLimit = 100_000;
const waiting = { 'pending.id': { $exists: true } };

/** One relay's view of a service's outbox. */
const sourceOf = <Document extends WithPending>(
  { service, ids, leaseMs = 5_000, ...options }: MongoOutboxOptions<Document>,
  leaseRows: Model<Lease>,
): OutboxSource => {
  // Only what every such document has is looked at.
  const documents = options.documents as unknown as Model<WithPending>;
  const leases = createLeases(leaseRows, ids.uuid(), leaseMs);
  const source = `/services/${service}`;

  const toEvent = ({ id, type, key, data, at, traceparent }: PendingEvent): AnyShopEvent =>
    ({
      ...{ id, type, source, key, time: at.toISOString(), data: JSON.parse(data) },
      ...(traceparent !== undefined && { traceparent }),
    }) as AnyShopEvent;

  return {
    /**
     * Documents are read with majority: an event that a crash could still take back is not sent. What waits, never a
     * cursor over ids: a lower one may be stored later.
     */
    async pending(limit) {
      const shards = await leases.held();
      if (shards.length === 0) return [];
      const events = await documents
        .aggregate<PendingEvent>([
          { $match: { ...waiting, shard: { $in: shards } } },
          { $sort: { 'pending.id': 1 } },
          { $limit: limit },
          { $project: { pending: { $slice: ['$pending', limit] } } },
          { $unwind: '$pending' },
          { $limit: limit },
          { $replaceRoot: { newRoot: '$pending' } },
        ])
        // One more than there can be: the first answer is the last one too.
        .option({ batchSize: limit + 1 });
      return events.map(toEvent);
    },

    /**
     * `version` stays. On a majority too: what was only removed on one would still be seen by the next read, and sent
     * once more.
     */
    async sent(events) {
      const ids = events.map(({ id }) => id);
      await documents.updateMany({ 'pending.id': trusted({ $in: ids }) }, { $pull: { pending: { id: { $in: ids } } } });
    },

    async depth() {
      const [found] = await documents.aggregate<{ events: number }>([
        { $match: waiting },
        { $limit: depthLimit },
        { $group: { _id: null, events: { $sum: { $size: '$pending' } } } },
      ]);
      return found?.events ?? 0;
    },

    release: leases.release,
  };
};
