import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { recordingLogger, silentLogger } from '../testing/logger.ts';
import { manualClock } from '../testing/time.ts';
import { startLoop } from './loop.ts';

const settle = async () => {
  for (let turn = 0; turn < 5; turn += 1) await tick();
};

const setUp = (work: (turn: number, signal: AbortSignal) => Promise<boolean>, everyMs = 1_000) => {
  const clock = manualClock();
  const { logger, lines } = recordingLogger();
  let turns = 0;
  const loop = startLoop({
    name: 'test',
    everyMs,
    clock,
    logger,
    work: (signal) => {
      turns += 1;
      return work(turns, signal);
    },
  });
  const after = async (ms: number) => {
    clock.advance(ms);
    await settle();
    return turns;
  };
  return { loop, after, lines };
};

describe('a loop', () => {
  it('When it is started, then it runs at once and then at its pace', async () => {
    const { loop, after } = setUp(async () => false);
    expect(await after(0)).toBe(1);
    expect(await after(999)).toBe(1);
    expect(await after(1)).toBe(2);
    await loop.stop();
  });

  it('When more waits, then the next turn follows at once', async () => {
    const { loop, after } = setUp(async (turn) => turn < 4);
    expect(await after(0)).toBe(4);
    await loop.stop();
  });

  it('When it is nudged, then it does not wait for its pace', async () => {
    const { loop, after } = setUp(async () => false);
    await after(0);
    loop.nudge();
    expect(await after(0)).toBe(2);
    await loop.stop();
  });

  it('When it is nudged during a turn, then another follows: the turn may have looked before', async () => {
    let finish = () => {};
    const { loop, after } = setUp((turn) =>
      turn > 1
        ? Promise.resolve(false)
        : new Promise((resolve) => {
            finish = () => resolve(false);
          }),
    );
    await after(0);
    for (let nudges = 0; nudges < 10; nudges += 1) loop.nudge();
    finish();
    expect(await after(0)).toBe(2);
    await loop.stop();
  });

  it('When turns fail, then they are logged, backed off ever longer, and never end the loop', async () => {
    const { loop, after, lines } = setUp(async (turn) => {
      if (turn <= 6) throw new Error(`turn ${turn}`);
      return false;
    });
    await after(0);
    loop.nudge();
    expect(await after(99)).toBe(1);
    expect(await after(1)).toBe(2);
    expect(await after(199)).toBe(2);
    expect(await after(1)).toBe(3);
    await after(400);
    await after(800);
    expect(await after(999)).toBe(5);
    expect(await after(1)).toBe(6);
    expect(lines.map((line) => line.backoffMs)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(await after(1_000)).toBe(7);
    await loop.stop();
  });

  it('When a turn throws before it awaits anything, then the loop goes on all the same', async () => {
    const { loop, after } = setUp((turn) => {
      if (turn === 1) throw new Error('at once');
      return Promise.resolve(false);
    });
    expect(await after(100)).toBe(2);
    await loop.stop();
  });

  it('When it is stopped, then the turn under way is told, awaited, and no other begins', async () => {
    let ended = false;
    const { loop, after } = setUp(
      (_turn, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () =>
            setImmediate(() => {
              ended = true;
              resolve(true);
            }),
          );
        }),
    );
    await after(0);
    await loop.stop();
    expect(ended).toBe(true);
    loop.nudge();
    expect(await after(10_000)).toBe(1);
  });

  it('When it is stopped while it waits or backs off, then it ends without the wait', async () => {
    const waiting = startLoop({
      name: 'w',
      everyMs: 60_000,
      clock: manualClock(),
      logger: silentLogger,
      work: async () => false,
    });
    const failing = startLoop({
      name: 'f',
      everyMs: 60_000,
      clock: manualClock(),
      logger: silentLogger,
      work: () => Promise.reject(new Error('no')),
    });
    await settle();
    await Promise.all([waiting.stop(), failing.stop(), waiting.stop()]);
  });
});
