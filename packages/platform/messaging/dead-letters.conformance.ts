import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { manualClock } from '../testing/time.ts';
import type { Clock } from '../time/clock.ts';
import { systemIds as ids, systemClock } from '../time/system.ts';
import type { DeadLetters } from './dead-letters.ts';
import { orderEvent } from './event-log.conformance.ts';
import type { EventLog } from './event-log.ts';

type LogUnderTest = EventLog & { deadLetters: DeadLetters };

const dayMs = 24 * 60 * 60 * 1000;

/** What the dead letters beside a log do that keeps them itself. `open` connects to one whose letters are its own. */
export const deadLettersConformance = (adapter: string, open: (clock: Clock) => Promise<LogUnderTest>): void => {
  const opened: EventLog[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((log) => log.close()));
  });
  const arrange = async (at?: string) => {
    const log = await open(at ? manualClock(at) : systemClock);
    opened.push(log);
    return { log, key: ids.uuid() };
  };

  describe(`DeadLetters: ${adapter}`, () => {
    it('When letters are buried, then they are listed newest first, page by page, each once, as it was received', async () => {
      const { log } = await arrange('2026-01-05T00:00:00.000Z');
      const letter = (n: number, event: unknown) => ({
        id: `00000000-0000-8000-8000-00000000000${n}`,
        topic: 'order' as const,
        group: 'group',
        error: `error ${n}`,
        at: `2026-01-0${n}T00:00:00.000Z`,
        event,
      });
      const odd = { half: '\ud800', nul: '\u0000', n: 1 };
      for (const n of [1, 2, 3]) await log.bury(letter(n, n === 2 ? odd : { n }));
      await log.bury({ ...letter(1, { n: 1 }), error: 'again', at: '2026-01-04T00:00:00.000Z' });
      const listed = await log.deadLetters.list({ limit: 2 });
      expect(listed).toEqual([
        { ...letter(1, { n: 1 }), error: 'again', at: '2026-01-04T00:00:00.000Z', burials: 2 },
        { ...letter(3, { n: 3 }), burials: 1 },
      ]);
      const before = listed[1];
      expect(await log.deadLetters.list({ limit: 2, before })).toEqual([{ ...letter(2, odd), burials: 1 }]);
      expect(await log.deadLetters.show(letter(3, {}).id)).toEqual(listed[1]);
      expect(await log.deadLetters.show(ids.uuid())).toBeUndefined();
      expect(await log.deadLetters.show('nonsense')).toBeUndefined();
      expect(await log.deadLetters.waiting()).toBe(3);
    });

    it('When a letter or its event is too old, or was no event, then it is not replayed', async () => {
      const { log, key } = await arrange('2026-02-01T00:00:00.000Z');
      const now = Date.parse('2026-02-01T00:00:00.000Z');
      const buried = async (event: unknown, ageMs: number) => {
        const id = ids.uuid();
        const at = new Date(now - ageMs).toISOString();
        await log.bury({ id, topic: 'order', group: 'group', error: 'x', at, event });
        return id;
      };
      const event = (ageMs: number) => ({ ...orderEvent(key, 1), time: new Date(now - ageMs).toISOString() });
      const fresh = await buried(event(13 * dayMs), dayMs);
      const refused = [
        await buried(event(15 * dayMs), dayMs),
        await buried({ malformed: true }, 15 * dayMs),
        await buried('text', dayMs),
        ids.uuid(),
      ];
      expect(await log.deadLetters.replay(fresh)).toEqual({ ok: true });
      for (const id of refused) {
        expect(await log.deadLetters.replay(id)).toMatchObject({ ok: false, code: 'DEAD_LETTER_NOT_FOUND' });
      }
    });

    it('When many press replay at once, then the event is sent once, to its group alone, and the letter says when', async () => {
      const { log, key } = await arrange();
      const event = orderEvent(key, 1);
      const letter = { id: ids.uuid(), topic: 'order' as const, group: 'group', error: 'x', event };
      await log.bury({ ...letter, at: systemClock.now().toISOString() });
      await log.publish('order', [event]);
      await Promise.all(Array.from({ length: 8 }, () => log.deadLetters.replay(letter.id)));
      expect((await log.deadLetters.show(letter.id))?.replayedAt).toBeDefined();
      await log.publish('order', [orderEvent(key, 2)]);
      const received: AnyShopEvent[] = [];
      await log.subscribe({
        group: ids.uuid(),
        topics: ['order'],
        deliver: async (events) => {
          received.push(...events.filter((one) => one.key === key));
        },
      });
      await eventually(() => received.some(({ data }) => data.version === 2));
      expect(received.slice(0, -1)).toEqual([event, { ...event, replayFor: 'group' }]);
    });

    it('When a letter that was replayed is buried once more, then it waits again', async () => {
      const { log, key } = await arrange();
      const at = systemClock.now().toISOString();
      const letter = {
        id: ids.uuid(),
        topic: 'order' as const,
        group: 'group',
        error: 'x',
        at,
        event: orderEvent(key, 1),
      };
      const waiting = await log.deadLetters.waiting();
      await log.bury(letter);
      await log.deadLetters.replay(letter.id);
      expect(await log.deadLetters.waiting()).toBe(waiting);
      await log.bury(letter);
      expect(await log.deadLetters.show(letter.id)).toEqual({ ...letter, burials: 2 });
      expect(await log.deadLetters.waiting()).toBe(waiting + 1);
    });
  });
};
