import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import type { Outcome } from './history.ts';
import type { Mutant } from './mutate.ts';
import { plant } from './mutate.ts';
import type { Tally } from './report.ts';

/** Seeds to play, the last one not included. */
export interface Portion {
  from: number;
  to: number;
}

/** What a portion came to. */
export interface Played {
  tally: Tally;
  failures: Outcome[];
}

/** A thread that plays portions of seeds, one after the other, until it is told to end. */
const port = parentPort;
if (port) {
  // Errors are made all the time, and their stacks are read by nobody: a history that fails is played again elsewhere.
  Error.stackTraceLimit = 0;
  const { mutant } = workerData as { mutant?: Mutant };
  if (mutant) plant(mutant);
  const { play, close } = await playing(mutant);
  const { addOutcome, emptyTally } = await import('./report.ts');
  for (;;) {
    const asked = once(port, 'message');
    port.postMessage('ready');
    const [portion] = (await asked) as [Portion | 'end'];
    if (portion === 'end') break;
    const played: Played = { tally: emptyTally(), failures: [] };
    for (let seed = portion.from; seed < portion.to; seed += 1) {
      const outcome = await play(seed);
      addOutcome(played.tally, outcome);
      if (outcome.breach) played.failures.push(outcome);
      if (mutant && outcome.breach) break;
    }
    port.postMessage(played);
  }
  await close();
  port.close();
}

/** How a seed is played: in memory, or on real stores beside those in memory where the bug is in the real ones. */
async function playing(mutant: Mutant | undefined) {
  if (mutant?.stores !== 'postgres') {
    const { playSeed } = await import('./play-seed.ts');
    return { play: (seed: number) => playSeed(seed), close: async () => {} };
  }
  const { startRealStores } = await import('./backend.postgres.ts');
  const { playOnBoth } = await import('./both.ts');
  const real = await startRealStores(mutant);
  return { play: (seed: number) => playOnBoth(seed, real), close: real.close };
}
