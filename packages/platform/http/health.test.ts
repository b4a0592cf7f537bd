import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { serve } from '../testing/http.ts';
import { recordingLogger } from '../testing/logger.ts';
import { manualClock } from '../testing/time.ts';
import type { AppOptions } from './app.ts';

const readyOf = async (options: Partial<AppOptions>) => {
  const server = await serve([], options);
  try {
    return await server.request('GET', '/health/ready');
  } finally {
    await server.close();
  }
};

describe('readiness', () => {
  it('When something is missing, then it is 503, names it and says when to ask again', async () => {
    const { status, headers, body } = await readyOf({ ready: async () => ['order', 'cart'] });
    expect([status, headers.get('retry-after'), headers.get('cache-control')]).toEqual([503, '1', 'no-store']);
    expect(body).toMatchObject({ code: 'UNAVAILABLE', errors: [{ part: 'order' }, { part: 'cart' }] });
  });

  it('When the question fails, or is not answered within two seconds, then it is 503', async () => {
    const failed = await readyOf({ ready: () => Promise.reject(new Error('gone')) });
    expect(failed.body).toMatchObject({ code: 'UNAVAILABLE', errors: [{ part: 'readiness check' }] });

    const clock = manualClock();
    let asked = () => {};
    const arrived = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const ready = () => {
      asked();
      return new Promise<string[]>(() => {});
    };
    const answer = readyOf({ clock, ready });
    await arrived;
    await tick();
    clock.advance(2_000);
    expect((await answer).body).toMatchObject({ code: 'UNAVAILABLE', errors: [{ part: 'readiness check' }] });
  });

  it('When parts fail beside requests, then they are told and the process stays in service', async () => {
    const { status, body } = await readyOf({ degraded: () => ['relay of order'] });
    expect([status, body]).toEqual([200, { status: 'ready', degraded: ['relay of order'] }]);
  });

  it('When probes find all well, then the log on level info says nothing of them; it does when not', async () => {
    const { logger, lines } = recordingLogger();
    const answers = [[], ['order']];
    const server = await serve([], { logger, ready: async () => answers.shift() ?? [] });
    for (const path of ['/health/live', '/health/ready', '/health/ready']) await server.request('GET', path);
    await server.close();
    const requests = lines.filter(({ msg }) => msg === 'request');
    expect(requests.map(({ level, status }) => [level, status])).toEqual([
      [20, 200],
      [20, 200],
      [30, 503],
    ]);
  });
});
