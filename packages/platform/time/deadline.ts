import type { Clock } from './clock.ts';

/** A reason for aborts: without one each makes an error with its stack, which costs more than what it ends. */
export const settled = 'settled';

/** Runs `work` with a signal that aborts after `ms`; what it does about that, and what it throws then, is its own. */
export const withDeadline = async <T>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const done = new AbortController();
  const late = new AbortController();
  void clock.sleep(ms, done.signal).then(() => {
    if (!done.signal.aborted) late.abort(new Error(`not done within ${ms} ms`));
  });
  try {
    return await work(late.signal);
  } finally {
    done.abort(settled);
  }
};
