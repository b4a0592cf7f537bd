import type { Clock } from '../time/clock.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

/**
 * Keeps callers away from a replica that fails. Closed, everyone may try; after five failures in a row it is open and
 * nobody may; when its time is over it is half open, and one may try whether it is well again.
 */
export interface Breaker {
  /** Whether the replica may be tried now; who is let through says how it went. */
  take(): boolean;
  succeeded(): void;
  failed(): void;
  /** It is not known how it went, through no fault of the replica. */
  gaveUp(): void;
  state(): BreakerState;
}

const mostFailures = 5;
const firstOpenMs = 500;
const longestOpenMs = 5_000;

/** `changed` is told when the breaker opens, and when it closes again. */
export const createBreaker = (clock: Clock, changed: (state: 'closed' | 'open') => void): Breaker => {
  let failures = 0;
  let openMs = firstOpenMs;
  let openUntil: number | undefined;
  let trying = false;

  const open = (): void => {
    if (openUntil === undefined) changed('open');
    else openMs = Math.min(openMs * 2, longestOpenMs);
    openUntil = clock.now().getTime() + openMs;
  };

  const state = (): BreakerState => {
    if (openUntil === undefined) return 'closed';
    return clock.now().getTime() < openUntil ? 'open' : 'half-open';
  };

  return {
    state,
    take() {
      if (openUntil === undefined) return true;
      if (trying || state() === 'open') return false;
      trying = true;
      return true;
    },
    succeeded() {
      trying = false;
      failures = 0;
      openMs = firstOpenMs;
      if (openUntil === undefined) return;
      openUntil = undefined;
      changed('closed');
    },
    failed() {
      failures += 1;
      // Those that were under way when it opened have nothing new to tell.
      if (openUntil === undefined ? failures >= mostFailures : trying) open();
      trying = false;
    },
    gaveUp() {
      trying = false;
    },
  };
};
