import { describe, expect, it } from 'vitest';
import { systemIds } from '../time/system.ts';
import type { Locks } from './locks.ts';

export interface LocksUnderTest {
  locks: Locks;
  /** Lets so much time go by for the locks. */
  pass(ms: number): Promise<void>;
}

/** What every adapter of `Locks` does while its server is there. */
export const locksConformance = (adapter: string, setUp: () => Promise<LocksUnderTest>): void => {
  const arrange = async () => ({ ...(await setUp()), key: `lock-${systemIds.uuid()}` });

  describe(`Locks: ${adapter}`, () => {
    it('When a lock is held, then others do not get it and its owner gets it again', async () => {
      const { locks, key } = await arrange();
      expect(await locks.acquire(key, 'ada', 5_000)).toBe(true);
      expect(await locks.acquire(key, 'bob', 5_000)).toBe(false);
      expect(await locks.acquire(key, 'ada', 5_000)).toBe(true);
    });

    it('When many ask at once, then one gets it', async () => {
      const { locks, key } = await arrange();
      const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => locks.acquire(key, `owner ${n}`, 5_000)));
      expect(answers.filter(Boolean)).toHaveLength(1);
    });

    it('When another key is locked, then this one is free', async () => {
      const { locks, key } = await arrange();
      await locks.acquire(key, 'ada', 5_000);
      expect(await locks.acquire(`${key}-other`, 'bob', 5_000)).toBe(true);
    });

    it('When the owner releases, then another gets it', async () => {
      const { locks, key } = await arrange();
      await locks.acquire(key, 'ada', 5_000);
      await locks.release(key, 'ada');
      expect(await locks.acquire(key, 'bob', 5_000)).toBe(true);
    });

    it('When someone else releases, then the lock stays', async () => {
      const { locks, key } = await arrange();
      await locks.acquire(key, 'ada', 5_000);
      await locks.release(key, 'bob');
      expect(await locks.acquire(key, 'bob', 5_000)).toBe(false);
    });

    it('When its time is over, then another gets it, and the late release of the first does not end it', async () => {
      const { locks, key, pass } = await arrange();
      await locks.acquire(key, 'ada', 100);
      await pass(150);
      expect(await locks.acquire(key, 'bob', 5_000)).toBe(true);
      await locks.release(key, 'ada');
      expect(await locks.acquire(key, 'ada', 5_000)).toBe(false);
    });

    it('When the owner acquires again, then the time starts anew', async () => {
      const { locks, key, pass } = await arrange();
      await locks.acquire(key, 'ada', 300);
      await pass(200);
      await locks.acquire(key, 'ada', 300);
      await pass(200);
      expect(await locks.acquire(key, 'bob', 5_000)).toBe(false);
    });
  });
};
