import type { AnyShopEvent, NewEvent } from '@shop/contracts/events.ts';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { systemClock } from '../time/system.ts';
import type { OutboxSource } from './outbox.ts';

export interface OutboxUnderTest {
  /** Empties the outbox and ends all leases. */
  reset(): Promise<void>;
  /** Commits events, in order. */
  commit(events: readonly NewEvent[]): Promise<void>;
  /** Writes events, with their place in the outbox, and leaves the commit for later. */
  begin(events: readonly NewEvent[]): Promise<{ commit(): Promise<void> }>;
  /** The source of another relay, whose leases end after `leaseMs`. */
  source(): OutboxSource;
  leaseMs: number;
}

const fact = (key: string, version: number): NewEvent => ({
  type: 'order.confirmed',
  key,
  data: { orderId: key, sagaId: 'saga', userId: 'ada', version },
});

const names = (events: readonly AnyShopEvent[]) => events.map(({ key, data }) => `${key}${data.version}`);

/** What every outbox offers to its relays. */
export const outboxConformance = (adapter: string, setUp: () => Promise<OutboxUnderTest>): void => {
  describe(`OutboxSource: ${adapter}`, () => {
    let outbox: OutboxUnderTest;
    beforeAll(async () => {
      outbox = await setUp();
    });
    beforeEach(() => outbox.reset());

    it('When events are committed, then they wait, as they were said, until they are sent', async () => {
      const source = outbox.source();
      await outbox.commit([fact('a', 1), fact('b', 1)]);
      await outbox.commit([fact('a', 2)]);
      const waiting = await source.pending(10);
      expect(names(waiting).filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2']);
      expect(waiting).toHaveLength(3);
      expect(waiting[0]).toMatchObject({ ...fact('a', 1), source: '/services/order' });
      expect(await source.pending(10)).toEqual(waiting);
      expect(await source.depth()).toBe(3);
      await source.sent(waiting.slice(0, 2));
      expect(await source.pending(10)).toEqual(waiting.slice(2));
      expect(await source.depth()).toBe(1);
    });

    it('When more wait than are asked for, then the oldest come first', async () => {
      const source = outbox.source();
      await outbox.commit(Array.from({ length: 50 }, (_, n) => fact('a', n + 1)));
      const versions: number[] = [];
      for (let batch = await source.pending(20); batch.length > 0; batch = await source.pending(20)) {
        versions.push(...batch.map(({ data }) => data.version));
        await source.sent(batch);
      }
      expect(versions).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    });

    it('When an event is committed after one that was written later, then it is not passed over', async () => {
      const source = outbox.source();
      const slow = await outbox.begin([fact('slow', 1)]);
      await outbox.commit([fact('fast', 1)]);
      const first = await source.pending(10);
      expect(names(first)).toEqual(['fast1']);
      await source.sent(first);
      await slow.commit();
      expect(names(await source.pending(10))).toEqual(['slow1']);
    });

    it('When two relays ask, even at once, then one gets an event', async () => {
      const [one, two] = [outbox.source(), outbox.source()];
      await outbox.commit(Array.from({ length: 40 }, (_, n) => fact(`order ${n}`, 1)));
      const ids = new Set<string>();
      for (const batch of await Promise.all([one.pending(100), two.pending(100)])) {
        for (const { id } of batch) {
          expect(ids.has(id)).toBe(false);
          ids.add(id);
        }
      }
      await eventually(async () => (await one.pending(100)).length + (await two.pending(100)).length === 40);
    });

    it('When a relay gives up its shards, then another one has them at once', async () => {
      const [one, two] = [outbox.source(), outbox.source()];
      await one.pending(1);
      await outbox.commit([fact('a', 1)]);
      expect(await two.pending(10)).toEqual([]);
      await one.release();
      expect(names(await two.pending(10))).toEqual(['a1']);
      expect(await one.pending(10)).toEqual([]);
    });

    it('When a relay keeps asking, then it keeps its shards beyond the first lease', async () => {
      const [one, two] = [outbox.source(), outbox.source()];
      await outbox.commit([fact('a', 1)]);
      for (let n = 0; n < 12; n += 1) {
        expect(await one.pending(10)).toHaveLength(1);
        // Asks just before the first asks again: a lease that was not prolonged would be over now and then.
        await systemClock.sleep(outbox.leaseMs / 4);
        expect(await two.pending(10)).toEqual([]);
      }
    });

    it('When a relay falls silent, then another one goes on, and nothing the first does late harms', async () => {
      const [zombie, heir] = [outbox.source(), outbox.source()];
      await outbox.commit([fact('a', 1), fact('a', 2)]);
      const stale = await zombie.pending(1);
      await systemClock.sleep(outbox.leaseMs * 1.2);
      const batch = await heir.pending(10);
      expect(names(batch)).toEqual(['a1', 'a2']);
      expect(await zombie.pending(10)).toEqual([]);
      // Published by the zombie before it says so: the log has it, so nothing is lost and the heir's own copy is known.
      await zombie.sent(stale);
      await zombie.release();
      expect(names(await heir.pending(10))).toEqual(['a2']);
      await heir.sent(batch);
      expect(await heir.pending(10)).toEqual([]);
      expect(await zombie.pending(10)).toEqual([]);
    });
  });
};
