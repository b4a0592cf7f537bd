import type { Outcome } from './history.ts';
import { type Coverage, count } from './world.ts';

/** What many histories came to together. */
export interface Tally {
  histories: number;
  steps: number;
  calls: number;
  ms: number;
  coverage: Coverage;
  /** In how many histories something happened. */
  spread: Coverage;
}

export const emptyTally = (): Tally => ({
  histories: 0,
  steps: 0,
  calls: 0,
  ms: 0,
  coverage: new Map(),
  spread: new Map(),
});

export const addOutcome = (tally: Tally, { steps, calls, ms, coverage }: Outcome): void => {
  tally.histories += 1;
  tally.steps += steps;
  tally.calls += calls;
  tally.ms += ms;
  for (const [what, times] of coverage) {
    count(tally.coverage, what, times);
    count(tally.spread, what);
  }
};

export const addTally = (tally: Tally, other: Tally): void => {
  tally.histories += other.histories;
  tally.steps += other.steps;
  tally.calls += other.calls;
  tally.ms += other.ms;
  for (const [what, times] of other.coverage) count(tally.coverage, what, times);
  for (const [what, times] of other.spread) count(tally.spread, what, times);
};

/** How often what has happened, and in how many histories: a state that is never reached proves nothing. */
export const coverageTable = ({ coverage, spread }: Tally): string => {
  const rows = [...coverage].sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(0, ...rows.map(([what]) => what.length));
  return rows
    .map(
      ([what, times]) =>
        `  ${what.padEnd(width)} ${String(times).padStart(9)}   in ${String(spread.get(what) ?? 0).padStart(7)} histories`,
    )
    .join('\n');
};
