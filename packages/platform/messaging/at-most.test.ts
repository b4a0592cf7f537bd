import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { atMost } from './at-most.ts';
import type { Apply } from './inbox.ts';

it('When more batches come than may be under way, then the others wait their turn, and a failing one gives up its place', async () => {
  let underWay = 0;
  let most = 0;
  const ended: number[] = [];
  const apply: Apply<undefined> = {
    async batch(events) {
      underWay += 1;
      most = Math.max(most, underWay);
      await pause(5);
      underWay -= 1;
      if (events.length === 3) throw new Error('the store is gone');
      ended.push(events.length);
    },
    async buried() {},
  };
  const limited = atMost(2, apply);
  const batches = [1, 2, 3, 4, 5, 6].map((length) => limited.batch(Array.from({ length }) as never[], async () => {}));
  const outcomes = await Promise.allSettled(batches);
  expect(most).toBe(2);
  expect(ended.sort()).toEqual([1, 2, 4, 5, 6]);
  expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map((_, at) => (at === 2 ? 'rejected' : 'fulfilled')));
});
