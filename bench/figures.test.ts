import { describe, expect, it } from 'vitest';
import { median, medians, paceOf, percentile } from './figures.ts';

describe('The figures of a round', () => {
  it('When values are sorted, then a percentile is the smallest that covers its share of them', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => at + 1);
    expect([0.5, 0.95, 0.99, 0.999].map((share) => percentile(hundred, share))).toEqual([50, 95, 99, 100]);
    expect(percentile([7], 0.5)).toBe(7);
    expect(percentile([], 0.99)).toBe(0);
  });

  it('When rounds differ, then the middle one counts, or the mean of the two in the middle', () => {
    expect(median([9, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 100])).toBe(3);
    expect(median([])).toBe(0);
  });

  it('When a process is missing in a round, then it counts as nothing there', () => {
    expect(medians([{ order: 4, cart: 1 }, { order: 2 }, { order: 3 }])).toEqual({ order: 3, cart: 0 });
  });

  it('When work failed, then only what succeeded makes up the rate', () => {
    const pace = paceOf({ ms: 2_000, latencies: [30, 10, 20, 40], errors: { 'UNAVAILABLE: gone': 2 } });
    expect(pace).toEqual({ perSecond: 2, p50: 20, p95: 40, p99: 40, p999: 40 });
    expect(paceOf({ ms: 0, latencies: [], errors: {} }).perSecond).toBe(0);
  });
});
