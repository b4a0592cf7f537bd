import type { Clock } from '../time/clock.ts';
import type { Locks } from './locks.ts';

/** The most locks that are kept; beyond it everyone is let through, which costs work and no correctness. */
const limit = 10_000;

/** Locks within this process. */
export const memoryLocks = (clock: Clock): Locks => {
  const held = new Map<string, { owner: string; until: number }>();

  const dropEnded = (now: number): void => {
    for (const [key, { until }] of held) if (until <= now) held.delete(key);
  };

  return {
    async acquire(key, owner, ttlMs) {
      const now = clock.now().getTime();
      const current = held.get(key);
      if (current && current.until > now && current.owner !== owner) return false;
      if (!current && held.size >= limit) dropEnded(now);
      if (current || held.size < limit) held.set(key, { owner, until: now + ttlMs });
      return true;
    },
    async release(key, owner) {
      if (held.get(key)?.owner === owner) held.delete(key);
    },
  };
};
