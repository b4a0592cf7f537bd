import { Worker } from 'node:worker_threads';
import type { Outcome } from './history.ts';
import type { Mutant } from './mutate.ts';
import { addTally, emptyTally, type Tally } from './report.ts';
import type { Played, Portion } from './worker.ts';

export interface CrewOptions {
  seeds: Portion;
  workers: number;
  mutant?: Mutant;
  /** No further portion is given out after so many failures. */
  mostFailures: number;
  onProgress?: (tally: Tally, failures: readonly Outcome[]) => void;
}

export interface CrewReport {
  tally: Tally;
  /** By seed. */
  failures: Outcome[];
}

const MOST_IN_PORTION = 25;

/** Plays seeds on several threads. @throws what ends a thread. */
export const playOnThreads = async (options: CrewOptions): Promise<CrewReport> => {
  const { seeds, workers, mutant, mostFailures, onProgress } = options;
  const tally = emptyTally();
  const failures: Outcome[] = [];
  let next = seeds.from;
  const size = Math.max(1, Math.min(MOST_IN_PORTION, Math.ceil((seeds.to - seeds.from) / workers / 4)));

  const portion = (): Portion | 'end' => {
    if (next >= seeds.to || failures.length >= mostFailures) return 'end';
    const from = next;
    next = Math.min(seeds.to, from + size);
    return { from, to: next };
  };

  const take = (played: Played): void => {
    addTally(tally, played.tally);
    failures.push(...played.failures);
    onProgress?.(tally, failures);
  };

  const employ = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { mutant } });
      worker.on('message', (message: Played | 'ready') => {
        if (message === 'ready') worker.postMessage(portion());
        else take(message);
      });
      worker.once('error', reject);
      worker.once('exit', () => resolve());
    });

  await Promise.all(Array.from({ length: workers }, employ));
  return { tally, failures: failures.sort((a, b) => a.seed - b.seed) };
};
