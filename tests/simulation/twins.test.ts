import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RealStores, startRealStores } from './backend.postgres.ts';
import { playSeed } from './play-seed.ts';

describe('stores in memory beside those on PostgreSQL', () => {
  let real: RealStores;
  beforeAll(async () => {
    real = await startRealStores();
  }, 60_000);
  afterAll(() => real.close());

  // With crashes, outages, pauses, late commands and clocks that jump; what is answered and when is the same to the letter.
  it.each([1, 2, 5, 8, 20])(
    'When history %i is played on both, then every call is answered the same',
    async (seed) => {
      const [inMemory, onPostgres]: [string[], string[]] = [[], []];
      const one = await playSeed(seed, { onLine: (line) => inMemory.push(line) });
      const other = await playSeed(seed, { real, onLine: (line) => onPostgres.push(line) });
      expect(onPostgres).toEqual(inMemory);
      expect(other.fingerprint).toBe(one.fingerprint);
      expect([one.breach, other.breach]).toEqual([undefined, undefined]);
    },
    60_000,
  );
});
