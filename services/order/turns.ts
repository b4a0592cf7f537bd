import type { Clock } from '@shop/platform/time/clock.ts';
import { settled } from '@shop/platform/time/deadline.ts';

/** A checkout's turn to be driven. */
export interface Turn {
  /** Whether others were in front. */
  waited: boolean;
  /** Makes room for the next one. */
  end(): void;
}

export interface TurnOptions {
  /** So many at a time. */
  most: number;
  /** So long one waits for the others; then its turn has come whatever they do. */
  patienceMs: number;
  /** So many wait at most. */
  mostWaiting: number;
  clock: Clock;
}

/** Gives turns, first come first served; undefined where too many wait already. */
export const createTurns = ({ most, patienceMs, mostWaiting, clock }: TurnOptions) => {
  const waiting = new Set<() => void>();
  let taken = 0;

  const end = (): void => {
    taken -= 1;
    const [next] = waiting;
    if (next && taken < most) {
      waiting.delete(next);
      next();
    }
  };

  const begin = (waited: boolean): Turn => {
    taken += 1;
    let over = false;
    return {
      waited,
      end() {
        if (!over) end();
        over = true;
      },
    };
  };

  return async (): Promise<Turn | undefined> => {
    if (taken < most && waiting.size === 0) return begin(false);
    if (waiting.size >= mostWaiting) return undefined;
    const turn = new AbortController();
    const go = () => turn.abort(settled);
    waiting.add(go);
    await clock.sleep(patienceMs, turn.signal);
    waiting.delete(go);
    return begin(true);
  };
};
