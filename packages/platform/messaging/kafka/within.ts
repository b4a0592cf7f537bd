import type { Clock } from '../../time/clock.ts';
import { settled } from '../../time/deadline.ts';
import { KafkaUnavailable } from './errors.ts';

/**
 * What `work` resolves with, if it does so within `ms`. The work goes on all the same, and what it says later is not
 * heard.
 *
 * @throws KafkaUnavailable saying that `what` took too long
 */
export const within = async <T>(clock: Clock, ms: number, what: string, work: Promise<T>): Promise<T> => {
  const done = new AbortController();
  const late = clock.sleep(ms, done.signal).then(() => {
    if (!done.signal.aborted) throw new KafkaUnavailable(`${what} took longer than ${ms} ms`);
    return work;
  });
  // Nobody listens any more when the work is done first.
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort(settled);
  }
};
