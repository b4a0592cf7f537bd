import { isInfrastructureFailure } from '../failures/infrastructure.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';
import { settled } from '../time/deadline.ts';

export interface Loop {
  /** Runs the work as soon as it is free, instead of at the next turn. */
  nudge(): void;
  /** For how long every turn has failed, in milliseconds; 0 when the last one that ended was well. */
  failingMs(): number;
  /** Starts no further turn, aborts the signal of the one under way and resolves when that has ended. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  name: string;
  /** The longest time between two turns when nobody nudges. */
  everyMs: number;
  /** One turn; true when more waits, so that the next turn follows at once. */
  work: (signal: AbortSignal) => Promise<boolean>;
  clock: Clock;
  logger: Logger;
}

/** So many failures in a row of a server, or the way to it, are only warned of. */
const BLIPS = 3;
const firstBackoffMs = 100;
const longestBackoffMs = 5_000;

/**
 * Runs `work` again and again until stopped, one turn at a time, the first at once. A turn that throws is logged and
 * backed off (100 ms, doubling up to `everyMs` or 5 s, whichever is less); it never ends the loop. A nudge doesn't cut
 * a backoff short: what failed would fail again.
 */
export const startLoop = ({ name, everyMs, work, clock, logger }: LoopOptions): Loop => {
  const stopping = new AbortController();
  let nudged = false;
  let failingSince: number | undefined;
  let wake: AbortController | undefined;

  const pause = async (ms: number): Promise<void> => {
    if (nudged || stopping.signal.aborted) return;
    wake = new AbortController();
    await clock.sleep(ms, wake.signal);
    wake = undefined;
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      nudged = false;
      try {
        const more = await work(stopping.signal);
        failures = 0;
        failingSince = undefined;
        if (!more) await pause(everyMs);
      } catch (error) {
        if (stopping.signal.aborted) return;
        const backoffMs = Math.min(
          firstBackoffMs * 2 ** Math.min(failures, 10),
          longestBackoffMs,
          Math.max(everyMs, 1),
        );
        failures += 1;
        failingSince ??= clock.now().getTime();
        // A server that is away for a moment is no news; one that stays away is.
        const level = isInfrastructureFailure(error) && failures <= BLIPS ? 'warn' : 'error';
        logger[level]({ err: error, loop: name, failures, backoffMs }, 'a turn of the loop failed');
        await clock.sleep(backoffMs, stopping.signal);
      }
    }
  };

  const ended = run();
  return {
    failingMs: () => (failingSince === undefined ? 0 : clock.now().getTime() - failingSince),
    nudge() {
      nudged = true;
      wake?.abort(settled);
    },
    async stop() {
      stopping.abort(settled);
      wake?.abort(settled);
      await ended;
    },
  };
};
