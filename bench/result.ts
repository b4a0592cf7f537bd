import type { Pace } from './figures.ts';

export const scenarioNames = ['floor', 'checkout', 'flash', 'journey', 'reads', 'embedded'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** One scenario at one number of clients. Whatever is said of a piece of work is the median of its rounds. */
export interface Row extends Pace {
  scenario: ScenarioName;
  clients: number;
  rounds: number;
  /** How much was done in a round. */
  work: number;
  /** In all rounds. */
  errors: number;
  /** What the errors said, and how often. */
  told: Record<string, number>;
  /** The rate as a share of the floor's at the same number of clients. */
  share?: number;
  /** The same, were the load made on another machine: its CPU given to the shop. */
  shareWithoutLoad?: number;
  /** CPU milliseconds for one piece of work, by process; `load` is the one that makes the load. */
  cpu: Record<string, number>;
  /** What reached the disks for one piece of work, by server. */
  durable: Record<string, number>;
  /** What else a scenario counts. */
  counts?: Record<string, number>;
}

export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  system: string;
  node: string;
}

export interface Result {
  at: string;
  machine: Machine;
  rows: Row[];
}
