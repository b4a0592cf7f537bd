import { describe, expect, it } from 'vitest';
import { scaleOf } from './scale.ts';

describe('The scale of a timeline', () => {
  it('When nothing outweighs the rest, then time runs evenly, with round labels', () => {
    const { at, gaps, ticks } = scaleOf([20, 60, 100]);
    expect([at(0), at(20), at(50), at(100)]).toEqual([0, 0.2, 0.5, 1]);
    expect(gaps).toEqual([]);
    expect(ticks).toEqual([0, 20, 40, 60, 80, 100]);
  });

  it('When a saga waits for minutes, then the wait takes half, and the milliseconds before it the other half', () => {
    const { at, gaps, ticks } = scaleOf([5, 10, 240_000]);
    expect(gaps).toEqual([{ from: 10, to: 240_000 }]);
    expect([at(5), at(10), at(240_000)]).toEqual([0.25, 0.5, 1]);
    expect(ticks.filter((tick) => tick > 10)).toEqual([240_000]);
  });

  it('When there is one moment, or none, then it still is a scale', () => {
    expect(scaleOf([]).at(0)).toBe(0);
    expect(scaleOf([50])).toMatchObject({ gaps: [], ticks: [0, 10, 20, 30, 40, 50] });
    expect(scaleOf([50]).at(25)).toBe(0.5);
  });
});
