import { describe, expect, it } from 'vitest';
import { readCpu, readStat } from './processes.ts';
import { forAll, runRound, untilSteady } from './rounds.ts';

describe('A round', () => {
  it('When clients share the work, then so many are at it at a time, and each piece is done once', async () => {
    let [now, most, done] = [0, 0, 0];
    const work = Array.from({ length: 20 }, () => async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 2));
      now -= 1;
      done += 1;
    });
    const round = await runRound(4, work);
    expect({ most, done, answered: round.latencies.length }).toEqual({ most: 4, done: 20, answered: 20 });
    expect(round.ms).toBeGreaterThan(5);
  });

  it('When work fails, then the round goes on and counts what was said, without ids', async () => {
    const refused = Object.assign(new Error('Saga 01890000-0000-7000-8000-000000000001 is gone.'), { code: 'GONE' });
    const { latencies, errors } = await runRound(2, [
      async () => {},
      () => Promise.reject(refused),
      () => Promise.reject(refused),
    ]);
    expect(latencies).toHaveLength(1);
    expect(errors).toEqual({ 'GONE: Saga … is gone.': 2 });
  });

  it('When something is done for all, then the first failure is told', async () => {
    const seen: number[] = [];
    await forAll([1, 2, 3], 2, async (item) => void seen.push(item));
    expect(seen).toEqual([1, 2, 3]);
    await expect(forAll([1], 2, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});

describe('A warm-up', () => {
  const run = (paces: readonly number[], most = 10) => {
    let at = 0;
    return untilSteady(async () => paces[Math.min(at++, paces.length - 1)] ?? 0, most);
  };

  it('When the pace rises no more twice in a row, then it ends', async () => {
    expect(await run([100, 200, 199, 203])).toBe(4);
    expect(await run([100, 90, 120, 118, 122, 130])).toBe(5);
  });

  it('When the pace goes on rising, then it ends after the most rounds', async () => {
    expect(await run([1, 2, 4, 8, 16, 32], 4)).toBe(4);
  });
});

describe('The CPU time of processes', () => {
  it('When a name holds brackets and spaces, then what follows it is read all the same', () => {
    const line = '4242 (node (a) b) S 17 1 1 0 -1 4194304 100 200 0 0 12 3 4 1 20 0 11 0 555 1000 200';
    expect(readStat(line)).toEqual({ pid: 4242, parent: 17, cpuMs: 200 });
  });

  it('When a process has worked, then its time is in its tree', async () => {
    for (const start = performance.now(); performance.now() - start < 60; );
    const { me, nobody } = await readCpu([
      { name: 'me', pid: process.pid },
      { name: 'nobody', pid: 2 ** 22 + 1 },
    ]);
    // Where there is no /proc nothing is known of processes.
    expect(me).toBeGreaterThanOrEqual(process.platform === 'linux' ? 10 : 0);
    expect(nobody).toBe(0);
  });
});
