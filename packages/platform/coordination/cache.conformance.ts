import { describe, expect, it } from 'vitest';
import { systemIds } from '../time/system.ts';
import type { Cache } from './cache.ts';

export interface CacheUnderTest {
  cache: Cache;
  /** Lets so much time go by for the cache. */
  pass(ms: number): Promise<void>;
}

/** A load that ends when it is told to. */
const slowLoad = <T>() => {
  const { promise, resolve } = Promise.withResolvers<T>();
  const begun = Promise.withResolvers<void>();
  const load = () => {
    begun.resolve();
    return promise;
  };
  return { load, begun: begun.promise, end: resolve };
};

/** What every adapter of `Cache` does while its server is there. */
export const cacheConformance = (adapter: string, setUp: () => Promise<CacheUnderTest>): void => {
  const arrange = async () => {
    const { cache, pass } = await setUp();
    const region = `region-${systemIds.uuid()}`;
    let loads = 0;
    /** Reads `key`; a load answers `value`. */
    const read = <T>(value: T, key = 'key', ttlMs = 5_000) =>
      cache.through(region, key, ttlMs, async () => {
        loads += 1;
        return value;
      });
    return { cache, region, pass, read, loads: () => loads };
  };

  describe(`Cache: ${adapter}`, () => {
    it('When a value was loaded, then it is served without another load', async () => {
      const { read, loads } = await arrange();
      expect(await read({ stock: 3 })).toEqual({ stock: 3 });
      expect(await read({ stock: 4 })).toEqual({ stock: 3 });
      expect(loads()).toBe(1);
    });

    it('When its time is over, then it is loaded anew', async () => {
      const { read, pass } = await arrange();
      await read('old', 'key', 100);
      await pass(150);
      expect(await read('new')).toBe('new');
    });

    it('When values are null, false, 0 or empty, then they are kept; undefined is not', async () => {
      const { read } = await arrange();
      for (const value of [null, false, 0, '', []]) {
        const key = `kept ${JSON.stringify(value)}`;
        await read<unknown>(value, key);
        expect(await read<unknown>('another', key)).toEqual(value);
      }
      expect(await read(undefined, 'absent')).toBeUndefined();
      expect(await read('found', 'absent')).toBe('found');
    });

    it('When a reader changes what it got, then others still get what was loaded', async () => {
      const { read } = await arrange();
      const tags = ['a'];
      (await read({ tags })).tags.push('by the first reader');
      (await read({ tags })).tags.push('by the second reader');
      tags.push('by the owner');
      expect(await read({ tags: [''] })).toEqual({ tags: ['a'] });
    });

    it('When a load fails, then its reader learns it and the next one loads', async () => {
      const { cache, region, read } = await arrange();
      const failing = () => {
        throw new Error('the store is gone');
      };
      await expect(cache.through(region, 'key', 5_000, failing)).rejects.toThrow('the store is gone');
      expect(await read('there')).toBe('there');
    });

    it('When a region is cleared, then its values are gone and those of others are not', async () => {
      const { cache, region, read } = await arrange();
      await read('old');
      const other = (value: string) => cache.through(`${region}-other`, 'key', 5_000, async () => value);
      await other('kept');
      await cache.clear(region);
      expect(await read('new')).toBe('new');
      expect(await other('lost')).toBe('kept');
    });

    it('When a region is cleared while a load is under way, then what it brings is not served afterwards', async () => {
      const { cache, region, read } = await arrange();
      const slow = slowLoad<string>();
      const early = cache.through(region, 'key', 5_000, slow.load);
      await slow.begun;
      await cache.clear(region);
      const meanwhile = read('new');
      slow.end('stale');
      await early;
      expect(await meanwhile).toBe('new');
      expect(await read('newer')).toBe('new');
    });

    it('When the stale load ends last, then it does not replace what was loaded since', async () => {
      const { cache, region, read } = await arrange();
      const slow = slowLoad<string>();
      const early = cache.through(region, 'key', 5_000, slow.load);
      await slow.begun;
      await cache.clear(region);
      await read('new');
      slow.end('stale');
      await early;
      expect(await read('newer')).toBe('new');
    });

    it('When an empty region is cleared during its first load, then that load is not served either', async () => {
      const { cache, region, read } = await arrange();
      const slow = slowLoad<string>();
      const early = cache.through(region, 'key', 5_000, slow.load);
      await slow.begun;
      await cache.clear(region);
      slow.end('stale');
      await early;
      expect(await read('new')).toBe('new');
    });
  });
};
