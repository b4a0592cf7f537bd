import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../testing/time.ts';
import { type Reading, registerGauge } from './gauges.ts';
import { createMetrics } from './metrics.ts';

const one = (value: number): Reading[] => [{ labels: { of: 'it' }, value }];

/** Two gauges: `depth`, read as given, and `well`, which always answers. */
const setUp = (read: () => Promise<Reading[]>) => {
  const metrics = createMetrics({ service: 'test', defaults: false });
  const clock = manualClock();
  registerGauge(metrics, { name: 'depth', help: 'Depth', labels: ['of'], read, clock });
  registerGauge(metrics, { name: 'well', help: 'Well', labels: ['of'], read: async () => one(1), clock });
  const series = async () =>
    (await metrics.registry.metrics()).split('\n').filter((line) => /^(depth|well)\{/.test(line));
  return { clock, series };
};

const well = 'well{of="it",service="test"} 1';

describe('a gauge that is read at the scrape', () => {
  it('When it is scraped, then it says what is so now, and nothing of before', async () => {
    const answers = [one(7), [{ labels: { of: 'other' }, value: 8 }]];
    const { series } = setUp(async () => answers.shift() ?? []);
    expect(await series()).toEqual(['depth{of="it",service="test"} 7', well]);
    expect(await series()).toEqual(['depth{of="other",service="test"} 8', well]);
  });

  it('When it can not be read, then it has no series and the others are there', async () => {
    let asked = 0;
    const { series } = setUp(async () => {
      asked += 1;
      if (asked > 1) throw new Error('gone');
      return one(7);
    });
    await series();
    expect(await series()).toEqual([well]);
  });

  it('When it takes more than two seconds, then the scrape goes on without it', async () => {
    const { clock, series } = setUp(() => new Promise(() => {}));
    let done = false;
    const scraped = series().finally(() => {
      done = true;
    });
    clock.advance(1_999);
    await tick();
    expect(done).toBe(false);
    clock.advance(1);
    expect(await scraped).toEqual([well]);
  });
});
