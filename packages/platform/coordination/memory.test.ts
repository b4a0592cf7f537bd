import { expect, it } from 'vitest';
import { manualClock } from '../testing/time.ts';
import { cacheConformance } from './cache.conformance.ts';
import { liveConformance } from './live.conformance.ts';
import { locksConformance } from './locks.conformance.ts';
import { memoryCache } from './memory-cache.ts';
import { memoryLive } from './memory-live.ts';
import { memoryLocks } from './memory-locks.ts';

const timed = () => {
  const clock = manualClock();
  return { clock, pass: async (ms: number) => clock.advance(ms) };
};

locksConformance('memory', async () => {
  const { clock, pass } = timed();
  return { locks: memoryLocks(clock), pass };
});

cacheConformance('memory', async () => {
  const { clock, pass } = timed();
  return { cache: memoryCache(clock), pass };
});

liveConformance('memory', async () => ({ live: memoryLive(), ready: async () => {} }));

it('When more locks are taken than are kept, then the ended ones make room and nobody is turned away', async () => {
  const { clock } = timed();
  const locks = memoryLocks(clock);
  for (let n = 0; n < 10_000; n += 1) await locks.acquire(`lock ${n}`, 'ada', 1_000);
  expect(await locks.acquire('one more', 'ada', 1_000)).toBe(true);
  expect(await locks.acquire('one more', 'bob', 1_000)).toBe(true);
  clock.advance(1_000);
  expect(await locks.acquire('one more', 'ada', 1_000)).toBe(true);
  expect(await locks.acquire('one more', 'bob', 1_000)).toBe(false);
});

it('When more values are cached than are kept, then the oldest make room', async () => {
  const { clock } = timed();
  const cache = memoryCache(clock);
  const read = (n: number, value: string) => cache.through(`region ${n % 3}`, `key ${n}`, 60_000, async () => value);
  for (let n = 0; n <= 10_000; n += 1) await read(n, 'first');
  expect(await read(0, 'second')).toBe('second');
  expect(await read(10_000, 'second')).toBe('first');
});

it('When values are large, then no more is kept than fits', async () => {
  const { clock } = timed();
  const cache = memoryCache(clock);
  const large = 'x'.repeat(2 * 1024 * 1024);
  const read = (n: number) => cache.through('region', `key ${n}`, 60_000, async () => `${n}${large}`);
  for (let n = 0; n < 20; n += 1) await read(n);
  let loads = 0;
  for (const n of [0, 19]) {
    await cache.through('region', `key ${n}`, 60_000, async () => {
      loads += 1;
      return '';
    });
  }
  expect(loads).toBe(1);
});

it('When many want the same value at once, then it is loaded once', async () => {
  const { clock } = timed();
  const cache = memoryCache(clock);
  let loads = 0;
  const load = async () => {
    loads += 1;
    return loads;
  };
  const answers = await Promise.all(Array.from({ length: 20 }, () => cache.through('region', 'key', 1_000, load)));
  expect(new Set(answers)).toEqual(new Set([1]));
});
