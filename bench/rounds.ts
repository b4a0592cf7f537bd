import type { Round } from './figures.ts';

/** One piece of work; a rejection is an error of the round. */
export type Work = () => Promise<unknown>;

/** What an error said, without what differs from one to the next. */
export const said = (error: unknown): string => {
  const { code, message } = error as Error & { code?: string };
  return (code ? `${code}: ${message}` : message).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…').slice(0, 200);
};

/** Does all the work with so many clients, each of whom takes up the next piece when its last one is done. */
export const runRound = async (clients: number, work: readonly Work[]): Promise<Round> => {
  const latencies: number[] = [];
  const errors: Record<string, number> = {};
  let next = 0;
  const client = async (): Promise<void> => {
    for (let one = work[next++]; one; one = work[next++]) {
      const start = performance.now();
      try {
        await one();
        latencies.push(performance.now() - start);
      } catch (error) {
        errors[said(error)] = (errors[said(error)] ?? 0) + 1;
      }
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  return { ms: performance.now() - start, latencies, errors };
};

/** A pace that rises by less is the same pace. */
const sameWithin = 1.03;

/** Repeats a round until its pace has not risen twice in a row, at most so often; answers how often that was. */
export const untilSteady = async (paceOfOne: () => Promise<number>, most: number): Promise<number> => {
  let best = 0;
  let steady = 0;
  let rounds = 0;
  while (rounds < most && steady < 2) {
    const pace = await paceOfOne();
    rounds += 1;
    steady = pace > best * sameWithin ? 0 : steady + 1;
    best = Math.max(best, pace);
  }
  return rounds;
};

/** Does something for all of `items`, a few at a time; rejects with the first that fails. */
export const forAll = async <T>(items: readonly T[], atOnce: number, each: (item: T) => Promise<unknown>) => {
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) await each(items[at] as T);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
};
