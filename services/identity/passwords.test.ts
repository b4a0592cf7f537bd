import { systemIds } from '@shop/platform/time/system.ts';
import { describe, expect, it } from 'vitest';
import { createPasswords } from './passwords.ts';
import { createPlaces } from './places.ts';

const passwords = createPasswords({ ids: systemIds });

describe('passwords', () => {
  it('When a password was hashed, then it alone is right', async () => {
    const hash = (await passwords.hash('correct horse')) as string;
    expect(await passwords.verify(hash, 'correct horse')).toBe(true);
    expect(await passwords.verify(hash, 'correct horsf')).toBe(false);
  });

  it('When a password comes in another Unicode spelling, then it is the same password', async () => {
    const hash = (await passwords.hash('cafe\u0301 creme')) as string;
    expect(await passwords.verify(hash, 'caf\u00e9 creme')).toBe(true);
  });

  it('When there is nobody to compare with, then the dummy costs what a real hash costs and is never right', async () => {
    const cost = (hash: string) => hash.split('$').slice(0, 4);
    const real = (await passwords.hash('correct horse')) as string;
    expect(cost(real)).toEqual(['', 'argon2id', 'v=19', 'm=19456,t=2,p=1']);
    expect(cost(passwords.dummyHash)).toEqual(cost(real));
    expect(await passwords.verify(passwords.dummyHash, 'correct horse')).toBe(false);
  });

  it('When more passwords come than may wait, then the rest is turned away with UNAVAILABLE', async () => {
    const narrow = createPasswords({ ids: systemIds }, { running: 1, waiting: 1 });
    const outcomes = await Promise.all([
      narrow.verify(narrow.dummyHash, 'one'),
      narrow.verify(narrow.dummyHash, 'two'),
      narrow.verify(narrow.dummyHash, 'three'),
      narrow.hash('four'),
    ]);
    expect(outcomes.slice(0, 2)).toEqual([false, false]);
    for (const refused of outcomes.slice(2)) {
      expect(refused).toMatchObject({ ok: false, code: 'UNAVAILABLE', retryAfter: 1 });
    }
    expect(await narrow.verify(narrow.dummyHash, 'later')).toBe(false);
  });
});

describe('places', () => {
  it('When many come at once, then at most so many run at a time and all have their turn', async () => {
    const places = createPlaces({ running: 4, waiting: 100 });
    let running = 0;
    let most = 0;
    const work = async (n: number) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (n % 3 === 0) throw new Error('failed');
      return n;
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => places.run(() => work(n))));
    expect(most).toBe(4);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(17);
    expect(await places.run(() => work(1))).toBe(1);
  });
});
