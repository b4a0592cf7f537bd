import { describe, expect, it } from 'vitest';
import { type Run, storyOf } from './story.ts';

const run: Run = {
  id: '01900000-0000-7000-8000-0000000000aa',
  sku: 'LAB-1',
  voucher: null,
  buyers: 40,
  units: 10,
  status: 'finished',
  answered: 40,
  orders: 10,
  refusals: { OUT_OF_STOCK: 30 },
  latencyMs: { p50: 10, p99: 20 },
  invariants: [{ name: 'orders ≤ units', holds: true }],
  checkouts: [],
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:01.000Z',
};

describe('What a race is told as', () => {
  it('When all units went to some of the buyers, then it says so', () => {
    expect(storyOf(run)).toBe(
      '40 buyers went for 10 units: 10 got one each and 30 came too late for a unit. ' +
        'Every unit was sold once, none twice, and nothing is left locked or reserved.',
    );
  });

  it('When there were several reasons, then the most frequent comes first', () => {
    expect(storyOf({ ...run, orders: 1, units: 1, refusals: { CHECKOUT_TIMED_OUT: 4, VOUCHER_REJECTED: 35 } })).toMatch(
      /^40 buyers went for 1 unit: 1 got an order, 35 came too late for the voucher and 4 ran out of time\. /,
    );
  });

  it('When some checkouts are still under way, then that is said, and nothing is called wrong', () => {
    expect(storyOf({ ...run, orders: 0 })).toBe(
      '40 buyers went for 10 units: nobody got one, 30 came too late for a unit and 10 still wait. ' +
        'No unit was sold twice; what is under way goes on by itself, and ends in order.',
    );
  });

  it('When an invariant is broken, then that is what is said', () => {
    expect(storyOf({ ...run, orders: 11, invariants: [{ name: 'orders ≤ units', holds: false }] })).toContain(
      'Something is wrong: orders ≤ units does not hold.',
    );
  });
});
