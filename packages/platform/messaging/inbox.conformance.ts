import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemIds as ids } from '../time/system.ts';
import { orderEvent } from './event-log.conformance.ts';
import type { Apply } from './inbox.ts';

export interface InboxUnderTest<T> {
  inbox(group: string): Apply<T>;
  /** Writes that the event had an effect, as part of its batch. */
  affect(event: AnyShopEvent, tx: T): Promise<unknown>;
  /** The versions of the events of `key` that had an effect, in order. */
  effects(key: string): Promise<number[]>;
}

/** What every inbox promises whose effects are stored where it is. */
export const inboxConformance = <T>(adapter: string, open: () => Promise<InboxUnderTest<T>>): void => {
  describe(`The inbox: ${adapter}`, () => {
    let tested: InboxUnderTest<T>;
    beforeAll(async () => {
      tested = await open();
    });

    const arrange = () => {
      const key = ids.uuid();
      const { affect } = tested;
      return { key, inbox: tested.inbox('stock'), affect, effects: () => tested.effects(key) };
    };

    it('When two deliveries of the same events race, or one holds an id twice, then each takes effect once', async () => {
      const { key, inbox, affect, effects } = arrange();
      const events = Array.from({ length: 20 }, (_, n) => orderEvent(key, n + 1));
      await Promise.all([
        inbox.batch([...events, ...events], affect),
        inbox.batch(events, affect),
        inbox.batch(events.toReversed(), affect),
      ]);
      expect((await effects()).toSorted((a, b) => a - b)).toEqual(events.map(({ data }) => data.version));
    });

    it('When a handler fails, then nothing of its batch has happened and all of it can come again', async () => {
      const { key, inbox, affect, effects } = arrange();
      const events = [1, 2, 3].map((version) => orderEvent(key, version));
      const failing = inbox.batch(events, async (event, tx) => {
        await affect(event, tx);
        if (event.data.version === 3) throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await effects()).toEqual([]);
      await inbox.batch(events, affect);
      expect(await effects()).toEqual([1, 2, 3]);
    });

    it('When another group has applied an event, then this one still does', async () => {
      const { key, inbox, affect, effects } = arrange();
      const event = orderEvent(key, 1);
      await tested.inbox('mail').batch([event], async () => {});
      await inbox.batch([event], affect);
      expect(await effects()).toEqual([1]);
    });

    it('When an id comes in capitals, then it is the same event', async () => {
      const { key, inbox, affect, effects } = arrange();
      const event = orderEvent(key, 1);
      await inbox.batch([event], affect);
      await inbox.batch([{ ...event, id: event.id.toUpperCase() }], affect);
      expect(await effects()).toEqual([1]);
    });

    it('When an event was buried, then its copies do nothing, and its replay takes effect once a burial', async () => {
      const { key, inbox, affect, effects } = arrange();
      const event = orderEvent(key, 1);
      const replay = { ...event, replayFor: 'stock' };
      await inbox.buried(event);
      await inbox.batch([event], affect);
      expect(await effects()).toEqual([]);
      await inbox.batch([event, replay, replay], affect);
      await inbox.batch([replay, event], affect);
      expect(await effects()).toEqual([1]);
    });

    it('When an event took effect, then burying it changes nothing, and when it never came, then its replay is the first', async () => {
      const { key, inbox, affect, effects } = arrange();
      const [applied, unseen] = [orderEvent(key, 1), orderEvent(key, 2)];
      await inbox.batch([applied], affect);
      await inbox.buried(applied);
      await inbox.batch([{ ...applied, replayFor: 'stock' }], affect);
      await inbox.batch([{ ...unseen, replayFor: 'stock' }], affect);
      await inbox.batch([unseen], affect);
      expect(await effects()).toEqual([1, 2]);
    });
  });
};
