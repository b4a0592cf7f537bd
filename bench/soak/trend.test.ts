import { describe, expect, it } from 'vitest';
import { type Sample, slopeOf, trendOf } from './trend.ts';

/** A sample each ten seconds. */
const samplesOf = (minutes: number, mb: (minute: number) => number): Sample[] =>
  Array.from({ length: minutes * 6 + 1 }, (_, at) => ({ minute: at / 6, mb: mb(at / 6) }));

describe('The trend of memory', () => {
  it('When it rises only while it warms up, then its slope is none', () => {
    const samples = samplesOf(20, (minute) => 100 + Math.min(minute, 3) * 20);
    const trend = trendOf(samples, { warmUp: 3, minutes: 20 });
    expect(trend).toEqual({ start: 160, end: 160, slope: expect.closeTo(0) });
  });

  it('When it leaks, then the slope says how much a minute, whatever the sawtooth on it', () => {
    const samples = samplesOf(20, (minute) => 100 + 2 * minute + ((minute * 6) % 3));
    const { start, end, slope } = trendOf(samples, { warmUp: 3, minutes: 20 });
    expect(slope).toBeCloseTo(2, 1);
    expect(end - start).toBeCloseTo(32, 0);
  });

  it('When there is nothing to draw a line through, then it has no slope', () => {
    expect([slopeOf([]), slopeOf([{ minute: 1, mb: 5 }])]).toEqual([0, 0]);
  });
});
