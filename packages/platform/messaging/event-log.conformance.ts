import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { systemClock, systemIds } from '../time/system.ts';
import type { Deliver, EventLog } from './event-log.ts';

/** An event of the order `key`, the `version`th. */
export const orderEvent = (key: string, version: number): AnyShopEvent => ({
  id: systemIds.uuid(),
  type: 'order.confirmed',
  source: '/services/order',
  key,
  time: systemClock.now().toISOString(),
  data: { orderId: key, sagaId: systemIds.uuid(), userId: 'ada', version },
});

const names = (prefix: string, events: readonly AnyShopEvent[]) =>
  events
    .filter(({ key }) => key.startsWith(prefix))
    .map(({ key, data }) => `${key.slice(prefix.length)}${data.version}`);

/** What every adapter of `EventLog` does. `open` connects to the same log as another process would. */
export const eventLogConformance = (adapter: string, open: () => Promise<EventLog>): void => {
  const opened: EventLog[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((log) => log.close()));
  });
  const connect = async () => {
    const log = await open();
    opened.push(log);
    return log;
  };
  /** A log that other tests use too: names of its own keep a test's events and groups apart. */
  const arrange = async () => {
    const [log, run] = [await connect(), systemIds.uuid()];
    const event = (key: string, version: number) => orderEvent(`${run}${key}`, version);
    const collect = (into: AnyShopEvent[]): Deliver => {
      return async (events) => {
        into.push(...events);
      };
    };
    const subscribe = (deliver: Deliver, group = run, by = log) => by.subscribe({ group, topics: ['order'], deliver });
    return { log, run, event, collect, subscribe, seen: (events: readonly AnyShopEvent[]) => names(run, events) };
  };

  describe(`EventLog: ${adapter}`, () => {
    it('When events are published, then a group gets all of them as they were, in order per key', async () => {
      const { log, event, collect, subscribe, seen } = await arrange();
      const [first, second] = [
        event('a', 1),
        { ...event('b', 1), traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
      ];
      const received: AnyShopEvent[] = [];
      await subscribe(collect(received));
      await log.publish('order', [first, second]);
      await log.publish('order', [event('a', 2), event('b', 2), event('a', 3)]);
      await eventually(() => seen(received).length === 5);
      const order = seen(received);
      expect(order.filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
      expect(order.filter((name) => name.startsWith('b'))).toEqual(['b1', 'b2']);
      expect(received.find(({ id }) => id === first.id)).toEqual(first);
      expect(received.find(({ id }) => id === second.id)).toEqual(second);
    });

    it('When nothing or an empty batch is published, then nothing is delivered', async () => {
      const { log, event, collect, subscribe, seen } = await arrange();
      const received: AnyShopEvent[] = [];
      await subscribe(collect(received));
      await log.publish('order', []);
      await log.publish('order', [event('a', 1)]);
      await eventually(() => seen(received).length === 1);
    });

    it('When publishers in two processes race, then a group that reads meanwhile misses nothing', async () => {
      const { log, event, collect, subscribe, seen } = await arrange();
      const other = await connect();
      const received: AnyShopEvent[] = [];
      await subscribe(collect(received));
      const publishers = ['a', 'b', 'c', 'd', 'e', 'f'].map(async (key, n) => {
        for (let version = 1; version <= 30; version += 1) {
          await (n % 2 ? log : other).publish('order', [event(key, 2 * version - 1), event(key, 2 * version)]);
        }
      });
      await Promise.all(publishers);
      await eventually(() => seen(received).length >= 360);
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
        const versions = seen(received).filter((name) => name.startsWith(key));
        expect(versions).toEqual(Array.from({ length: 60 }, (_, index) => `${key}${index + 1}`));
      }
    });

    it('When a delivery fails, then the same events come again and none overtakes them', async () => {
      const { log, event, subscribe, seen } = await arrange();
      const attempts: string[][] = [];
      const applied: AnyShopEvent[] = [];
      await log.publish('order', [event('a', 1), event('a', 2)]);
      await subscribe(async (events) => {
        const mine = seen(events);
        if (mine.length > 0) attempts.push(mine);
        if (mine.length > 0 && attempts.length <= 3) throw new Error('the store is gone');
        applied.push(...events);
      });
      await eventually(() => attempts.length >= 1);
      await log.publish('order', [event('a', 3)]);
      await eventually(() => seen(applied).length >= 3);
      expect(seen(applied)).toEqual(['a1', 'a2', 'a3']);
      expect(attempts.slice(0, 3).every(([first]) => first === 'a1')).toBe(true);
    });

    it('When two groups listen, then each gets everything, the late one from the first event on', async () => {
      const { log, run, event, collect, subscribe, seen } = await arrange();
      const [early, late]: [AnyShopEvent[], AnyShopEvent[]] = [[], []];
      await subscribe(collect(early), `${run}-early`);
      await log.publish('order', [event('a', 1), event('a', 2)]);
      await eventually(() => seen(early).length === 2);
      await subscribe(collect(late), `${run}-late`);
      await eventually(() => seen(late).length === 2);
      expect(seen(late)).toEqual(['a1', 'a2']);
    });

    it('When a group has two members, then each event reaches one of them, never two at a time', async () => {
      const { log, event, subscribe, seen } = await arrange();
      const other = await connect();
      const received: AnyShopEvent[] = [];
      let inHand = 0;
      let together = 0;
      const deliver: Deliver = async (events) => {
        // All events have one key, so they are in one partition, wherever that is read.
        const mine = seen(events).length > 0;
        inHand += mine ? 1 : 0;
        together = Math.max(together, inHand);
        await systemClock.sleep(20);
        received.push(...events);
        inHand -= mine ? 1 : 0;
      };
      await Promise.all([subscribe(deliver), subscribe(deliver, undefined, other)]);
      for (let version = 1; version <= 40; version += 1) {
        await (version % 2 ? log : other).publish('order', [event('a', version)]);
      }
      await eventually(() => seen(received).length >= 40);
      expect(seen(received)).toEqual(Array.from({ length: 40 }, (_, index) => `a${index + 1}`));
      expect(together).toBe(1);
    });

    it('When a subscription closes, then it finishes what it has in hand, and the next goes on behind that', async () => {
      const { log, event, collect, subscribe, seen } = await arrange();
      const [first, second]: [AnyShopEvent[], AnyShopEvent[]] = [[], []];
      await log.publish('order', [event('a', 1)]);
      const begun = Promise.withResolvers<void>();
      const closing = await subscribe(async (events) => {
        if (seen(events).length > 0) begun.resolve();
        await systemClock.sleep(100);
        first.push(...events);
      });
      await begun.promise;
      await closing.close();
      expect(seen(first)).toEqual(['a1']);
      await log.publish('order', [event('a', 2)]);
      const reopened = await connect();
      await subscribe(collect(second), undefined, reopened);
      await eventually(() => seen(second).length >= 1);
      expect(seen(second)).toEqual(['a2']);
      expect(seen(first)).toEqual(['a1']);
    });

    it('When a member fails and closes, then another one gets its events', async () => {
      const { log, event, collect, subscribe, seen } = await arrange();
      await log.publish('order', [event('a', 1)]);
      const failed = Promise.withResolvers<void>();
      const failing = await subscribe(async (events) => {
        if (seen(events).length === 0) return;
        failed.resolve();
        throw new Error('the store is gone');
      });
      await failed.promise;
      await failing.close();
      const received: AnyShopEvent[] = [];
      await subscribe(collect(received));
      // Soon: the one that closed gave up what it held.
      await eventually(() => seen(received).length === 1, 4_000);
    });

    it('When a dead letter is buried twice, then both times succeed', async () => {
      const { log, event, run } = await arrange();
      const letter = {
        id: systemIds.uuid(),
        topic: 'order',
        group: run,
        error: 'x',
        at: '2026-01-01T00:00:00.000Z',
      } as const;
      await log.bury({ ...letter, event: event('a', 1) });
      await log.bury({ ...letter, event: event('a', 1) });
    });

    it('When malformed things are buried, then that succeeds, whatever they are', async () => {
      const { log, run } = await arrange();
      for (const event of [null, undefined, 'text', 7, { half: '\ud800', nul: '\u0000' }]) {
        const at = '2026-01-01T00:00:00.000Z';
        await log.bury({ id: systemIds.uuid(), topic: 'order', group: run, error: 'malformed', at, event });
      }
    });
  });
};

/**
 * What adapters do that keep a log of their own: an id which a topic holds already is not appended again. A broker
 * without that leaves it to the consumers' inbox.
 */
export const deduplicationConformance = (adapter: string, open: () => Promise<EventLog>): void => {
  it(`When an id is published again, in a batch or later, then ${adapter} delivers it once`, async () => {
    const [log, run] = [await open(), systemIds.uuid()];
    const [one, two, three] = [orderEvent(run, 1), orderEvent(run, 2), orderEvent(run, 3)];
    await log.publish('order', [one, two, two]);
    await Promise.all([log.publish('order', [one, two]), log.publish('order', [two, one])]);
    await log.publish('order', [two, three]);
    const received: AnyShopEvent[] = [];
    const deliver: Deliver = async (events) => {
      received.push(...events);
    };
    await log.subscribe({ group: run, topics: ['order'], deliver });
    await eventually(() => names(run, received).includes('3'));
    await log.close();
    expect(names(run, received)).toEqual(['1', '2', '3']);
  });
};
