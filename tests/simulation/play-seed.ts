import { memoryBackend } from './backend.memory.ts';
import type { RealStores } from './backend.postgres.ts';
import { type Outcome, playHistory } from './history.ts';
import { planOf } from './plan.ts';
import { faultsLeftOut, type LeftOut, planWithout } from './shrink.ts';

export interface PlayOptions {
  leftOut?: LeftOut;
  onLine?: (line: string) => void;
  /** Real stores instead of those in memory. */
  real?: RealStores;
}

/** Plays the history of a seed, but for what is left out of it. */
export const playSeed = (seed: number, { leftOut = [], onLine, real }: PlayOptions = {}): Promise<Outcome> =>
  playHistory({
    plan: planWithout(planOf(seed), leftOut),
    backendFor: (world) => (real ? real.open(world.clock) : memoryBackend(world.clock)),
    isReal: real !== undefined,
    isLeftOut: faultsLeftOut(leftOut),
    onLine,
  });
