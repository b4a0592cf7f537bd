import type { Api } from '@shop/sdk/api.ts';
import { useSyncExternalStore } from 'react';

export type OverviewAnswer = Api['GET /admin/overview']['answer'];

/** What is kept of one answer, to draw what the shop itself does not remember. */
export interface Sample {
  at: string;
  outbox: number;
  lag: number;
  deadLetters: number;
  parked: number;
  /** p99 in milliseconds, by step. */
  p99: Record<string, number>;
}

/** Five minutes of answers that come every two seconds. */
export const SAMPLES = 150;

const sampleOf = ({ at, outbox, lag, deadLetters, parked, steps }: OverviewAnswer): Sample => ({
  at,
  outbox: outbox.reduce((sum, { depth }) => sum + depth, 0),
  lag: lag.reduce((sum, { behind }) => sum + behind, 0),
  deadLetters,
  parked,
  p99: Object.fromEntries(steps.map(({ name, p99Ms }) => [name, p99Ms])),
});

const listeners = new Set<() => void>();
let samples: readonly Sample[] = [];

/** Adds an answer; the same one twice counts once. */
export const remember = (answer: OverviewAnswer): void => {
  if (samples.at(-1)?.at === answer.at) return;
  samples = [...samples, sampleOf(answer)].slice(-SAMPLES);
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What the console has seen, in whichever view, since it was opened, at most five minutes, the oldest first. */
export const useHistory = (): readonly Sample[] => useSyncExternalStore(subscribe, () => samples);
