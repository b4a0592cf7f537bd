import type { Second } from './history.ts';
import type { Fault } from './plan.ts';

/** Milliseconds from a fault's end to the first moment at which this was so; absent where it was not in time. */
export interface Recovery {
  /** What was restarted is ready; for other faults 0. */
  process?: number;
  /** A checkout completed. */
  checkouts?: number;
  /** The edge says that the shop is ready. */
  ready?: number;
  /** No unfinished saga was old. */
  sagas?: number;
}

/** A fault as it happened; times are milliseconds since the beginning of the run. */
export interface FaultRecord {
  what: string;
  class: string;
  fault: Fault;
  from: number;
  /** When its end was begun: what died is started, what slept is woken. */
  to: number;
  /** Whether another one began with it. */
  paired: boolean;
  recovery: Recovery;
}

/** How often a class of faults came, and how long it took to recover, in milliseconds. */
export interface ClassSummary {
  class: string;
  count: number;
  checkouts: Spread;
  ready: Spread;
  sagas: Spread;
}

export interface Spread {
  median?: number;
  p95?: number;
  max?: number;
}

/** All that is known of a run. */
export interface RunRecord {
  version: 1;
  seed: number;
  /** What was asked for. */
  minutes: number;
  startedAt: string;
  machine: string;
  replicas: Record<string, number>;
  durations: { faultsMs: number; quiesceMs: number; verifyMs: number };
  totals: {
    faults: number;
    kills: number;
    checkoutsCompleted: number;
    checkoutsRefused: number;
    cancelled: number;
    shoppers: number;
    adjustments: number;
    answered: number;
    turnedAway: number;
    unanswered: number;
    parkedRetried: number;
  };
  faults: FaultRecord[];
  classes: ClassSummary[];
  seconds: Second[];
  /** Everything that was lost, doubled or wrong, in sentences; empty is well. */
  breaches: string[];
  /** What was not back in time after a fault, in sentences; it may have been later. */
  late: string[];
}

/** A shop that has not come back by then is late. */
export const RECOVERY_MS = 120_000;

/** What was not back in time after a fault. */
export const lateAfter = ({ what, recovery }: FaultRecord): string[] =>
  (['process', 'checkouts', 'ready', 'sagas'] as const)
    .filter((name) => recovery[name] === undefined)
    .map((name) => `${what}: ${name} not back within ${RECOVERY_MS / 1000} s`);

const at = (sorted: readonly number[], share: number): number | undefined =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

const spreadOf = (values: readonly (number | undefined)[]): Spread => {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  return { median: at(sorted, 0.5), p95: at(sorted, 0.95), max: sorted.at(-1) };
};

/** Recovery by class of faults; those that came in pairs count for both. */
export const summarise = (faults: readonly FaultRecord[]): ClassSummary[] =>
  [...Map.groupBy(faults, (fault) => fault.class)]
    .map(([name, some]) => ({
      class: name,
      count: some.length,
      checkouts: spreadOf(some.map(({ recovery }) => recovery.checkouts)),
      ready: spreadOf(some.map(({ recovery }) => recovery.ready)),
      sagas: spreadOf(some.map(({ recovery }) => recovery.sagas)),
    }))
    .sort((one, other) => one.class.localeCompare(other.class));
