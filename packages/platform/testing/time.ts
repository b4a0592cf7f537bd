import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';

export interface ManualClock extends Clock {
  /** Moves time on and wakes, in order, everyone whose sleep is over. */
  advance(ms: number): void;
}

interface Sleeper {
  until: number;
  wake: () => void;
}

/** A clock that stands still until it is moved. `start` is ISO 8601. */
export const manualClock = (start = '2026-01-01T00:00:00.000Z'): ManualClock => {
  let now = Date.parse(start);
  const sleepers = new Set<Sleeper>();
  return {
    now: () => new Date(now),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (ms <= 0 || signal?.aborted) return resolve();
        const sleeper: Sleeper = {
          until: now + ms,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake, { once: true });
      }),
    advance(ms) {
      now += ms;
      const due = [...sleepers].filter(({ until }) => until <= now).sort((a, b) => a.until - b.until);
      for (const { wake } of due) wake();
    },
  };
};

/** Ids that count: valid UUIDv7s in rising order, the same in every run. */
export const countingIds = (): Ids => {
  let uuids = 0;
  let secrets = 0;
  let seed = 1;
  return {
    uuid: () => `01900000-0000-7000-8000-${(++uuids).toString(16).padStart(12, '0')}`,
    secret(bytes) {
      const buffer = Buffer.alloc(bytes);
      secrets += 1;
      buffer.writeUIntBE(secrets, Math.max(0, bytes - 4), Math.min(4, bytes));
      return buffer.toString('base64url');
    },
    fraction() {
      // Park and Miller's minimal standard generator: deterministic, spread well enough for jitter.
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    },
  };
};
