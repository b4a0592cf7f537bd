import { expect, it } from 'vitest';
import type { Step } from '../domain.ts';
import { pivoted, START } from '../testing/fixtures.ts';
import type { Bench } from '../testing/store-bench.ts';

export const forgetting = ({ store }: Bench): void => {
  it('When it is old, then its details are forgotten, the oldest first, no more than asked, and nothing else', async () => {
    const at = (second: number) => new Date(Date.parse('2020-05-01T00:00:00.000Z') + second * 1_000);
    const steps: Step[] = [
      { name: 'lockCart', direction: 'forward', status: 'done', attempts: 1, startedAt: START, finishedAt: START },
    ];
    const request = { contact: { email: 'ada@shop.test', name: 'Ada' } };
    const ended = async (second: number) => {
      const saga = await pivoted(store(), { request });
      await store().finish(saga, steps, at(second).toISOString());
      return saga.id;
    };
    const [newest, oldest, middle] = [await ended(3), await ended(1), await ended(2)];
    const details = async () =>
      Promise.all([oldest, middle, newest].map(async (id) => (await store().find(id))?.steps.length));
    expect(await store().forgetDetails(at(1), 10)).toBe(0);
    expect(await store().forgetDetails(at(3), 1)).toBe(1);
    expect(await details()).toEqual([0, 1, 1]);
    expect(await store().forgetDetails(at(3), 10)).toBe(1);
    expect(await details()).toEqual([0, 0, 1]);
    expect(await store().find(oldest)).toMatchObject({ state: 'completed', request: {}, version: 3 });
  });
};
