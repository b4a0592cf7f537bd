import { describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { systemIds } from '../time/system.ts';
import type { Live } from './live.ts';

export interface LiveUnderTest {
  live: Live;
  /** Resolves when a subscription made before is sure to receive. */
  ready(): Promise<void>;
}

/** What every adapter of `Live` does while its server is there. */
export const liveConformance = (adapter: string, setUp: () => Promise<LiveUnderTest>): void => {
  const arrange = async () => {
    const { live, ready } = await setUp();
    const channel = `channel-${systemIds.uuid()}`;
    const watch = (of = channel) => {
      const seen: unknown[] = [];
      const stop = live.subscribe(of, (message) => seen.push(message));
      return { seen, stop };
    };
    return { live, channel, watch, ready };
  };

  describe(`Live: ${adapter}`, () => {
    it('When messages are published, then every watcher of the channel gets them in order, others none', async () => {
      const { live, channel, watch, ready } = await arrange();
      const [one, two, other] = [watch(), watch(), watch(`${channel}-other`)];
      await ready();
      for (let n = 1; n <= 20; n += 1) live.publish(channel, { n });
      const all = Array.from({ length: 20 }, (_, index) => ({ n: index + 1 }));
      await eventually(() => one.seen.length >= 20 && two.seen.length >= 20);
      expect(one.seen).toEqual(all);
      expect(two.seen).toEqual(all);
      expect(other.seen).toEqual([]);
    });

    it('When nobody watches, then publishing does nothing', async () => {
      const { live, channel } = await arrange();
      expect(() => live.publish(channel, 'unheard')).not.toThrow();
    });

    it('When a watcher stops, then it gets nothing more and the others go on', async () => {
      const { live, channel, watch, ready } = await arrange();
      const [leaving, staying] = [watch(), watch()];
      await ready();
      leaving.stop();
      leaving.stop();
      live.publish(channel, 'after');
      await eventually(() => staying.seen.length === 1);
      expect(leaving.seen).toEqual([]);
    });

    it('When a watcher throws or changes its message, then the others get it as it was sent', async () => {
      const { live, channel, watch, ready } = await arrange();
      live.subscribe(channel, (message) => {
        (message as { steps: string[] }).steps.push('spoilt');
        throw new Error('a watcher broke');
      });
      const { seen } = watch();
      await ready();
      const message = { steps: ['lockCart'] };
      live.publish(channel, message);
      message.steps.push('later');
      await eventually(() => seen.length === 1);
      expect(seen).toEqual([{ steps: ['lockCart'] }]);
    });

    it('When the same listener watches twice, then ending one subscription leaves the other', async () => {
      const { live, channel, ready } = await arrange();
      const seen: unknown[] = [];
      const listener = (message: unknown) => seen.push(message);
      const stopFirst = live.subscribe(channel, listener);
      live.subscribe(channel, listener);
      await ready();
      stopFirst();
      live.publish(channel, 1);
      await eventually(() => seen.length === 1);
    });
  });
};
