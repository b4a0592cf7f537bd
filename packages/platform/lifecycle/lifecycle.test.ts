import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { recordingLogger, silentLogger } from '../testing/logger.ts';
import { manualClock } from '../testing/time.ts';
import { createLifecycle } from './lifecycle.ts';

describe('the end of a process', () => {
  it('When it stops, then what was started last stops first, one after the other', async () => {
    const order: string[] = [];
    const lifecycle = createLifecycle(silentLogger);
    for (const name of ['database', 'relay', 'server']) {
      lifecycle.onStop(name, async () => {
        order.push(`${name} stops`);
        await tick();
        order.push(`${name} stopped`);
      });
    }
    await lifecycle.stop();
    expect(order).toEqual([
      'server stops',
      'server stopped',
      'relay stops',
      'relay stopped',
      'database stops',
      'database stopped',
    ]);
  });

  it('When it is told twice, then each part stops once, and both wait for the end', async () => {
    let stops = 0;
    const lifecycle = createLifecycle(silentLogger);
    lifecycle.onStop('part', async () => {
      await tick();
      stops += 1;
    });
    void lifecycle.stop();
    await lifecycle.stop();
    expect(stops).toBe(1);
    await lifecycle.stop();
    expect(stops).toBe(1);
  });

  it('When a part fails, then it is logged and the others stop', async () => {
    const { logger, lines } = recordingLogger();
    const lifecycle = createLifecycle(logger);
    let stopped = false;
    lifecycle.onStop('first', () => {
      stopped = true;
    });
    lifecycle.onStop('rejecting', () => Promise.reject(new Error('no')));
    lifecycle.onStop('throwing', () => {
      throw new Error('never');
    });
    await lifecycle.stop();
    expect(stopped).toBe(true);
    expect(lines.map((line) => line.step)).toEqual(['throwing', 'rejecting']);
  });

  it('When parts hang, then all are asked and the whole ends within 10 s', async () => {
    const clock = manualClock();
    const { logger, lines } = recordingLogger();
    const lifecycle = createLifecycle(logger, clock);
    const asked: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      lifecycle.onStop(name, () => {
        asked.push(name);
        return new Promise<void>(() => {});
      });
    }
    let ended = false;
    const stopping = lifecycle.stop().then(() => {
      ended = true;
    });
    for (let passed = 0; passed < 9_900; passed += 100) {
      await tick();
      clock.advance(100);
    }
    await tick();
    expect(ended).toBe(true);
    await stopping;
    expect(asked).toEqual(['c', 'b', 'a']);
    expect(lines.map((line) => line.step)).toEqual(['c', 'b', 'a']);
  });
});
