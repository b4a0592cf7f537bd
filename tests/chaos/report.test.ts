import { describe, expect, it } from 'vitest';
import type { Second } from './history.ts';
import { reportPage } from './page.ts';
import { type FaultRecord, lateAfter, type RunRecord, summarise } from './record.ts';
import { summaryOf } from './summary.ts';

const second = (completed: number, more: Partial<Second> = {}): Second => ({
  completed,
  refused: 0,
  answered: 4 * completed,
  turnedAway: 0,
  unanswered: 0,
  ...more,
});

const faults: FaultRecord[] = [
  {
    what: 'kill -9 order 1, away for 1.0 s',
    class: 'kill: a service',
    fault: { kind: 'kill', part: 'order', replica: 1, forMs: 1_000 },
    from: 3_000,
    to: 4_000,
    paired: false,
    recovery: { process: 2_500, checkouts: 120, ready: 2_600, sagas: 90 },
  },
  {
    what: 'kill -9 cart 1, away for 2.0 s',
    class: 'kill: a service',
    fault: { kind: 'kill', part: 'cart', replica: 1, forMs: 2_000 },
    from: 8_000,
    to: 10_000,
    paired: true,
    recovery: { process: 2_900, checkouts: 3_000, ready: 2_950, sagas: 3_100 },
  },
  {
    what: 'cart → mongo: 4 kB/s & <slow>',
    class: 'wire: bandwidth',
    fault: {
      kind: 'wire',
      server: 'mongo',
      services: ['cart'],
      toxic: { type: 'bandwidth', rate: 4 },
      forMs: 3_000,
    },
    from: 8_000,
    to: 11_000,
    paired: true,
    recovery: { process: 0, ready: 40 },
  },
];

const run: RunRecord = {
  version: 1,
  seed: 7,
  minutes: 0.25,
  startedAt: '2026-01-01T00:00:00.000Z',
  machine: '2 × a processor',
  replicas: { order: 2, cart: 1 },
  durations: { faultsMs: 15_000, quiesceMs: 400, verifyMs: 900 },
  totals: {
    faults: 3,
    kills: 2,
    checkoutsCompleted: 60,
    checkoutsRefused: 4,
    cancelled: 5,
    shoppers: 6,
    adjustments: 7,
    answered: 300,
    turnedAway: 8,
    unanswered: 9,
    parkedRetried: 0,
  },
  faults,
  classes: summarise(faults),
  seconds: Array.from({ length: 17 }, (_, at) => second(at % 5, at === 9 ? { turnedAway: 8, unanswered: 9 } : {})),
  breaches: [],
  late: [],
};

describe('What a run is summed up as', () => {
  it('When faults are of a kind, then their recovery is told as median, 95th percentile and longest', () => {
    expect(summarise(faults)).toEqual([
      {
        class: 'kill: a service',
        count: 2,
        checkouts: { median: 3_000, p95: 3_000, max: 3_000 },
        ready: { median: 2_950, p95: 2_950, max: 2_950 },
        sagas: { median: 3_100, p95: 3_100, max: 3_100 },
      },
      {
        class: 'wire: bandwidth',
        count: 1,
        // It never sold again, which is told apart.
        checkouts: { median: undefined, p95: undefined, max: undefined },
        ready: { median: 40, p95: 40, max: 40 },
        sagas: { median: undefined, p95: undefined, max: undefined },
      },
    ]);
  });

  it('When it ends on a terminal, then it says how much happened, and whether anything is wrong', () => {
    expect(summaryOf(run)).toEqual([
      '3 faults, 2 of them kill -9, in 0.3 min of load',
      '60 checkouts completed, 4 refused, 5 orders cancelled',
      '300 requests answered, 8 turned away, 9 without an answer',
      'sold again after the end of:',
      '  kill: a service    2 ×  3.0 s, at most 3.0 s',
      '  wire: bandwidth    1 ×  –, at most –',
      'Nothing was lost, doubled or wrong.',
    ]);
    expect(summaryOf({ ...run, breaches: ['x', 'y'] }).at(-1)).toBe('2 WRONG, as said above.');
    expect(summaryOf({ ...run, late: ['z'] }).slice(-2)).toEqual([
      'Nothing was lost, doubled or wrong.',
      '1 LATE, as said above.',
    ]);
  });
});

describe('What was not back in time', () => {
  it('When something was not, then it is named; what was is not', () => {
    expect(faults.flatMap(lateAfter)).toEqual([
      'cart → mongo: 4 kB/s & <slow>: checkouts not back within 120 s',
      'cart → mongo: 4 kB/s & <slow>: sagas not back within 120 s',
    ]);
  });
});

describe('The page of charts', () => {
  const page = reportPage(run);

  it('When it is opened without a network, then nothing is missing: it asks for nothing and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:|\ssrc=|\son\w+=/);
    expect(page).toContain('prefers-color-scheme: dark');
  });

  it('When something was seen, then it is drawn: a band and a row a fault, a dot where it recovered', () => {
    expect(page.match(/<rect class="band"/g)).toHaveLength(3 * faults.length);
    // Two recovered by selling, three by being ready, two by their sagas.
    expect(page.match(/<circle/g)).toHaveLength(2 + 3 + 2);
    expect(page.match(/<path/g)).toHaveLength(3);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    for (const { what } of faults.slice(0, 2)) expect(page).toContain(`<td>${what}</td>`);
    expect(page).toContain('cart → mongo: 4 kB/s &amp; &lt;slow&gt;');
    expect(page).not.toContain('<slow>');
  });

  it('When something is wrong, then it says so first; when nothing is, then that', () => {
    expect(page).toContain('Nothing was lost, doubled or wrong.');
    const bad = reportPage({ ...run, breaches: ['order <o1> is gone'] });
    expect(bad).toContain('1 thing is wrong:');
    expect(bad).toContain('<li>order &lt;o1&gt; is gone</li>');
    expect(bad).not.toContain('Nothing was lost');
    const late = reportPage({ ...run, late: ['cart: ready not back within 120 s'] });
    expect(late).toContain('Nothing was lost');
    expect(late).toContain('<li>cart: ready not back within 120 s</li>');
  });

  it('When nothing happened at all, then it is a page all the same', () => {
    const empty = { ...run, faults: [], classes: [], seconds: [] };
    expect(reportPage(empty)).not.toMatch(/NaN|undefined|Infinity/);
  });
});
