import type { Work } from './rounds.ts';

/** What is measured: how work is prepared, and what one piece of it is. */
export interface Scenario {
  /** Prepares so many pieces of work before the clock starts. */
  prepare(count: number): Promise<readonly Work[]>;
  /** Whatever came of the last round beside its pieces. */
  counts?(): Promise<Record<string, number>>;
}
