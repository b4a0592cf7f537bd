import { systemClock } from '@shop/platform/time/system.ts';
import { expect, it } from 'vitest';
import { createSharedLook } from './shared-look.ts';

it('When many ask before a read begins, then one read is for all, by a hundred names; who comes later gets a later one', async () => {
  const reads: string[][] = [];
  const look = createSharedLook(systemClock, async (keys) => {
    reads.push([...keys]);
    return new Map(keys.filter((key) => key !== 'nobody').map((key) => [key, reads.length]));
  });
  expect(await Promise.all([look('a'), look('b'), look('a'), look('nobody')])).toEqual([1, 1, 1, undefined]);
  expect(await look('a')).toBe(2);
  expect(reads).toEqual([['a', 'b', 'nobody'], ['a']]);
  await Promise.all(Array.from({ length: 150 }, (_, at) => look(String(at))));
  expect(reads.slice(2).map(({ length }) => length)).toEqual([100, 50]);
});

it('When a read fails, then it fails for those who shared it, and the next one is anew', async () => {
  let fails = true;
  const look = createSharedLook(systemClock, async (keys) => {
    if (fails) throw new Error('gone');
    return new Map(keys.map((key) => [key, true]));
  });
  await expect(look('a')).rejects.toThrow('gone');
  fails = false;
  expect(await look('a')).toBe(true);
});
