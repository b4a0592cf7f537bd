import type { NewEvent } from '@shop/contracts/events.ts';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { outboxConformance } from '../messaging/outbox.conformance.ts';
import { startRelay } from '../messaging/relay.ts';
import { shardOf } from '../messaging/shards.ts';
import { requestContext } from '../telemetry/context.ts';
import { eventually } from '../testing/eventually.ts';
import { silentLogger } from '../testing/logger.ts';
import { testMongo } from '../testing/mongo.ts';
import { manualClock } from '../testing/time.ts';
import { systemClock, systemIds } from '../time/system.ts';
import { leasesIn } from './leases.ts';
import { createMongoOutbox, type MongoOutboxOptions } from './outbox.ts';
import { indexPending, mostPending, pendingFields, type WithPending } from './pending.ts';
import { schemaOf } from './schema.ts';

interface Order extends WithPending {
  _id: string;
  version: number;
}

const schema = schemaOf<Order>({ _id: String, version: Number, ...pendingFields });
indexPending(schema);

const confirmed = (key: string, version = 1): NewEvent => ({
  type: 'order.confirmed',
  key,
  data: { orderId: key, sagaId: 'saga', userId: 'ada', version },
});

const mongo = await testMongo();
const orders = mongo.collection('orders', schema);
const leases = leasesIn(mongo);
beforeAll(() => mongo.buildIndexes());

const reset = async () => {
  await orders.deleteMany();
  await leases.deleteMany();
};

const createOutbox = (options: Partial<MongoOutboxOptions<Order>> = {}) =>
  createMongoOutbox({
    mongo,
    documents: orders,
    service: 'order',
    clock: systemClock,
    ids: systemIds,
    ...options,
  });

/** Stores what was said of one document, in one write. */
const store = async (id: string, said: ReturnType<ReturnType<typeof createOutbox>['saying']>) => {
  await orders.updateOne({ _id: id }, { ...said, $setOnInsert: { shard: shardOf(id) } }, { upsert: true });
};

outboxConformance('MongoDB', async () => {
  const leaseMs = 500;
  const outbox = createOutbox({ leaseMs });
  const writes = (events: readonly NewEvent[]) =>
    [...Map.groupBy(events, ({ key }) => key)].map(([id, ofOne]) => ({ id, said: outbox.saying(ofOne) }));
  return {
    reset,
    async commit(events) {
      for (const { id, said } of writes(events)) await store(id, said);
    },
    // A single write is all there is of a transaction: its events have their ids, and so their place, when it is made.
    async begin(events) {
      const made = writes(events);
      return {
        async commit() {
          for (const { id, said } of made) await store(id, said);
        },
      };
    },
    source: outbox.anotherSource,
    leaseMs,
  };
});

describe('The outbox of a MongoDB service', () => {
  beforeEach(reset);
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  it('When an event is stored within a request, then it carries its time, source and trace', async () => {
    const outbox = createOutbox({ clock: manualClock('2026-02-03T04:05:06.789Z') });
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const key = 'ключ "\\{},\n\'';
    const said = requestContext.run({ requestId: 'r', traceparent }, () => outbox.saying([confirmed(key)]));
    await store(key, said);
    await store('bare', outbox.saying([confirmed('bare')]));
    const events = await outbox.source.pending(10);
    expect(events.find((event) => event.key === key)).toEqual({
      ...confirmed(key),
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      source: '/services/order',
      time: '2026-02-03T04:05:06.789Z',
      traceparent,
    });
    expect(events.find((event) => event.key === 'bare')).not.toHaveProperty('traceparent');
  });

  it('When events are sent, then the document keeps its version and whatever was said meanwhile', async () => {
    const outbox = createOutbox();
    await orders.create({ _id: 'a', version: 7, ...outbox.opening('a', [confirmed('a', 7)]) });
    const batch = await outbox.source.pending(10);
    await orders.updateOne({ _id: 'a' }, { $set: { version: 8 }, ...outbox.saying([confirmed('a', 8)]) });
    await outbox.source.sent(batch);
    expect(await orders.findById('a').lean()).toMatchObject({ version: 8, pending: [{ data: /"version":8/ }] });
  });

  it('When names in the data mean something to MongoDB, then the event is as it was said', async () => {
    const outbox = createOutbox();
    const options = JSON.parse('{"z":"1","$set":"x","a.b":"y","__proto__":"p","":"e"}');
    const said: NewEvent = {
      type: 'product.created',
      key: 'p',
      data: {
        ...{ id: 'p', handle: 'p', title: 'P', category: '', brand: '', currency: 'USD', status: 'active', version: 1 },
        variants: [{ sku: 'S', price: 1, options }],
      },
    };
    await store('p', outbox.saying([said]));
    const [event] = await outbox.source.pending(1);
    expect(JSON.stringify(event?.data)).toBe(JSON.stringify(said.data));
  });

  it('When very many events of one document wait, then it takes no more until some are sent', async () => {
    const outbox = createOutbox();
    const say = async (versions: number[]) => {
      const events = versions.map((version) => confirmed('a', version));
      const { matchedCount } = await orders.updateOne({ _id: 'a', ...outbox.room(events) }, outbox.saying(events));
      return matchedCount === 1;
    };
    await orders.create({ _id: 'a', version: 1, ...outbox.opening('a', []) });
    for (let from = 0; from < mostPending; from += 250) {
      expect(await say(Array.from({ length: 250 }, (_, n) => from + n))).toBe(true);
    }
    expect(await say([mostPending])).toBe(false);
    expect(await outbox.source.depth()).toBe(mostPending);
    await outbox.source.sent(await outbox.source.pending(2));
    expect(await say([mostPending, mostPending + 1, mostPending + 2])).toBe(false);
    expect(await say([mostPending, mostPending + 1])).toBe(true);
    const versions = (await outbox.source.pending(5_000)).map(({ data }) => data.version);
    expect(versions).toEqual(Array.from({ length: mostPending }, (_, n) => n + 2));
  });

  it('When the outbox is asked, then only documents with something to send are looked at, the oldest first', async () => {
    const outbox = createOutbox();
    const quiet = Array.from({ length: 3_000 }, (_, n) => ({
      _id: `q${n}`,
      version: 1,
      ...outbox.opening(`q${n}`, []),
    }));
    await orders.insertMany(quiet);
    for (let n = 0; n < 40; n += 1) await store(`q${n * 7}`, outbox.saying([confirmed(`q${n * 7}`)]));
    const oldest = Array.from({ length: 10 }, (_, n) => `q${n * 7}`);
    const [read, removal, ...more] = await mongo.profile('orders', async () => {
      const batch = await outbox.source.pending(10);
      expect(batch.map(({ key }) => key)).toEqual(oldest);
      await outbox.source.sent(batch);
    });
    expect(read).toMatchObject({ docsExamined: 10, nreturned: 10 });
    expect(read).not.toHaveProperty('hasSortStage');
    expect(removal).toMatchObject({ docsExamined: 10 });
    expect(more).toEqual([]);
  });

  it('When several relays run and come and go, then each key is in order and nothing is lost', async () => {
    const outbox = createOutbox();
    const log: string[] = [];
    const seen = new Set<string>();
    const relay = (delayMs: number, source = createOutbox({ leaseMs: 600 }).source) => {
      const { stop } = startRelay({
        source,
        log: {
          async publish(_topic, events) {
            await systemClock.sleep(delayMs);
            // As a log does that knows the ids it holds.
            for (const { id, key, data } of events)
              if (!seen.has(id)) seen.add(id) && log.push(`${key} ${data.version}`);
          },
        },
        onNudge: outbox.onNudge,
        clock: systemClock,
        logger: silentLogger,
      });
      stops.push(stop);
      return stop;
    };
    // Publishes so late that its leases are long over: a zombie.
    relay(900);
    const stopFirst = relay(0);
    relay(0);
    relay(5);
    const keys = Array.from({ length: 12 }, () => systemIds.uuid());
    for (let version = 1; version <= 15; version += 1) {
      await Promise.all(keys.map((key) => store(key, outbox.saying([confirmed(key, version)]))));
      outbox.nudge();
      if (version === 7) await stopFirst();
    }
    await eventually(async () => (await outbox.source.depth()) === 0, 15_000);
    const rising = Array.from({ length: 15 }, (_, n) => n + 1);
    for (const key of keys) {
      expect(log.filter((line) => line.startsWith(key))).toEqual(rising.map((version) => `${key} ${version}`));
    }
  });

  it('When documents have many ids, then the shards share them', () => {
    const shards = Array.from({ length: 800 }, () => shardOf(systemIds.uuid()));
    for (let shard = 0; shard < 8; shard += 1) {
      expect(shards.filter((found) => found === shard).length).toBeGreaterThan(50);
    }
  });
});
