import type { AnyShopEvent, ShopEvent } from '@shop/contracts/events.ts';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { silentLogger as logger } from '../testing/logger.ts';
import { type TestDatabase, testDatabase } from '../testing/postgres.ts';
import { manualClock } from '../testing/time.ts';
import { systemClock as clock, systemIds as ids } from '../time/system.ts';
import { deadLettersConformance } from './dead-letters.conformance.ts';
import { deduplicationConformance, eventLogConformance, orderEvent } from './event-log.conformance.ts';
import type { Deliver } from './event-log.ts';
import { createPostgresEventLog, type PostgresEventLog } from './postgres-log.ts';
import { type LogTables, logMigrations } from './postgres-log-tables.ts';

let pg: TestDatabase<LogTables>;
beforeAll(async () => {
  pg = await testDatabase<LogTables>(logMigrations);
});

const open = async () => createPostgresEventLog({ pg, clock, ids, logger });
eventLogConformance('postgres', open);
deduplicationConformance('postgres', open);
deadLettersConformance('postgres', async (time) => {
  await pg.query({ text: 'truncate dead_letters' });
  return createPostgresEventLog({ pg, clock: time, ids, logger });
});

const dayMs = 24 * 60 * 60 * 1000;

describe('The event log in PostgreSQL', () => {
  const opened: PostgresEventLog[] = [];
  const empty = () => pg.query({ text: 'truncate log_messages, log_offsets, dead_letters' });
  beforeAll(empty);
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((log) => log.close()));
    await empty();
  });
  const arrange = (options: { leaseMs?: number; at?: string } = {}) => {
    const time = options.at ? manualClock(options.at) : clock;
    const log = createPostgresEventLog({ pg, clock: time, ids, logger, leaseMs: options.leaseMs });
    opened.push(log);
    return { log, key: ids.uuid() };
  };
  const readInto = (log: PostgresEventLog, group: string, received: AnyShopEvent[]) =>
    log.subscribe({
      group,
      topics: ['order'],
      deliver: async (events) => {
        received.push(...events);
      },
    });

  it('When a batch takes longer than its lease, then it stays with its member', async () => {
    const [one, two] = [arrange({ leaseMs: 300 }), arrange({ leaseMs: 300 })];
    await one.log.publish('order', [orderEvent(one.key, 1)]);
    const taken: string[] = [];
    const slow = (name: string, log: PostgresEventLog) =>
      log.subscribe({
        group: 'slow',
        topics: ['order'],
        async deliver() {
          taken.push(name);
          await clock.sleep(1_500);
        },
      });
    await slow('one', one.log);
    await eventually(() => taken.length === 1);
    await slow('two', two.log);
    await eventually(async () => (await one.log.lag()).every(({ behind }) => behind === 0));
    expect(taken).toEqual(['one']);
  });

  it('When a member loses its batch to another, then it is told, and its late end changes nothing for that one', async () => {
    const [zombie, heir] = [arrange({ leaseMs: 600 }), arrange({ leaseMs: 600 })];
    await zombie.log.publish('order', [orderEvent(zombie.key, 1)]);
    /** Reads with a delivery that lasts until it is ended. */
    const hold = async (log: PostgresEventLog) => {
      const begun = Promise.withResolvers<{ versions: number[]; signal: AbortSignal }>();
      const end = Promise.withResolvers<void>();
      const deliver: Deliver = async (events, signal) => {
        begun.resolve({ versions: events.map(({ data }) => data.version), signal });
        await end.promise;
      };
      await log.subscribe({ group: 'group', topics: ['order'], deliver });
      return { ...(await begun.promise), end: end.resolve };
    };
    const stale = await hold(zombie.log);
    // The lease of a process that stood still for too long is over.
    await pg.query({ text: `update log_offsets set until = now() - interval '1 hour', owner = 'nobody'` });
    await heir.log.publish('order', [orderEvent(heir.key, 2)]);
    const current = await hold(heir.log);
    expect(current.versions).toEqual([1, 2]);
    await eventually(() => stale.signal.aborted);

    stale.end();
    await clock.sleep(100);
    const [offset] = await pg.query<{ done: number; held: boolean }>({
      text: 'select done, owner is not null as held from log_offsets',
    });
    expect(offset).toEqual({ done: 0, held: true });
    expect(current.signal.aborted).toBe(false);
    current.end();
    await eventually(async () => (await heir.log.lag()).every(({ behind }) => behind === 0));
  });

  it('When a process dies with a batch in hand, then another has it when the lease is over', async () => {
    const { log, key } = arrange({ leaseMs: 400 });
    await log.publish('order', [orderEvent(key, 1)]);
    await pg.query({
      text: `insert into log_offsets (consumer_group, topic, owner, until)
             values ('group', 'order', 'dead', now() + interval '400 ms')`,
    });
    const received: AnyShopEvent[] = [];
    const began = clock.now().getTime();
    await readInto(log, 'group', received);
    await eventually(() => received.length === 1);
    expect(clock.now().getTime() - began).toBeGreaterThan(350);
  });

  it('When the topic is unknown, then publishing fails instead of losing the events', async () => {
    const { log, key } = arrange();
    await expect(log.publish('parcel' as 'order', [orderEvent(key, 1)])).rejects.toThrow('no topic');
  });

  it('When events are in the journal, then it shows them newest first, by every filter, page by page', async () => {
    const { log, key } = arrange();
    const events = [1, 2, 3, 4, 5].map((version) => orderEvent(key, version));
    await log.publish('order', events.slice(0, 3));
    const shipped = { ...(events[3] as AnyShopEvent), type: 'order.shipped', key: ids.uuid() } as AnyShopEvent;
    await log.publish('order', [shipped]);
    await log.publish('cart', [{ ...(events[4] as AnyShopEvent), type: 'cart.completed' } as AnyShopEvent]);
    const versions = async (query: Parameters<typeof log.journal>[0]) =>
      (await log.journal(query)).map(({ event }) => event.data.version);
    expect(await versions({ limit: 10 })).toEqual([5, 4, 3, 2, 1]);
    expect(await versions({ key, limit: 10 })).toEqual([5, 3, 2, 1]);
    expect(await versions({ topic: 'order', limit: 2 })).toEqual([4, 3]);
    expect(await versions({ type: 'order.shipped', limit: 10 })).toEqual([4]);
    const { sagaId } = (events[1] as ShopEvent<'order.confirmed'>).data;
    expect(await versions({ sagaId, limit: 10 })).toEqual([2]);
    const [, second] = await log.journal({ limit: 2 });
    expect(await versions({ limit: 2, before: second?.position })).toEqual([3, 2]);
    expect(await log.journal({ limit: 2, before: 'nonsense' })).toEqual([]);
  });

  it('When groups are behind, then the lag counts what they have not handled', async () => {
    const { log, key } = arrange();
    const received: AnyShopEvent[] = [];
    const reading = await readInto(log, 'stopped', received);
    await log.publish('order', [orderEvent(key, 1)]);
    await eventually(async () => (await log.lag())[0]?.behind === 0);
    await reading.close();
    await log.publish('order', [orderEvent(key, 2), orderEvent(key, 3)]);
    expect(await log.lag()).toEqual([{ group: 'stopped', topic: 'order', behind: 2 }]);
  });

  it('When old messages are pruned, then those stay that are young or that a group has yet to handle', async () => {
    const early = arrange({ at: '2026-01-01T00:00:00.000Z' }).log;
    const late = arrange({ at: '2026-01-10T00:00:00.000Z' }).log;
    const keys = { handled: ids.uuid(), waiting: ids.uuid() };
    await early.publish('order', [orderEvent(keys.handled, 1)]);
    const received: AnyShopEvent[] = [];
    for (const group of ['quick', 'slow']) {
      const reading = await readInto(early, group, received);
      await eventually(async () => (await early.lag()).every(({ behind }) => behind === 0));
      await reading.close();
    }
    await early.publish('order', [orderEvent(keys.waiting, 2)]);
    const quick = await readInto(early, 'quick', received);
    await eventually(() => received.length === 3);
    await quick.close();
    await late.publish('order', [orderEvent(keys.waiting, 3)]);
    await late.publish('product', [orderEvent(keys.waiting, 4)]);
    await early.publish('product', [orderEvent(keys.handled, 5)]);

    expect(await late.prune(new Date('2026-01-05T00:00:00.000Z'))).toBe(2);
    const left = (await late.journal({ limit: 10 })).map(({ event }) => event.data.version);
    expect(left).toEqual([4, 3, 2]);
    expect(await late.prune()).toBe(0);
  });

  it('When the newest messages are pruned, then later ones still reach everyone', async () => {
    const { log, key } = arrange({ at: '2026-01-01T00:00:00.000Z' });
    const [first, second]: [AnyShopEvent[], AnyShopEvent[]] = [[], []];
    await readInto(log, 'early', first);
    await log.publish('order', [orderEvent(key, 1)]);
    await eventually(async () => (await log.lag())[0]?.behind === 0);
    expect(await log.prune(new Date('2026-01-02T00:00:00.000Z'))).toBe(1);
    await readInto(log, 'late', second);
    await log.publish('order', [orderEvent(key, 2)]);
    await eventually(() => first.length === 2 && second.length === 1);
  });

  it('When letters are old, then pruning removes them', async () => {
    const { log } = arrange({ at: '2026-02-01T00:00:00.000Z' });
    const now = Date.parse('2026-02-01T00:00:00.000Z');
    for (const days of [13, 15]) {
      const at = new Date(now - days * dayMs).toISOString();
      await log.bury({ id: ids.uuid(), topic: 'order', group: 'group', error: 'x', at, event: { days } });
    }
    await log.prune();
    expect(await log.deadLetters.list({ limit: 10 })).toMatchObject([{ event: { days: 13 } }]);
  });
});
