import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { recordingLogger } from '../testing/logger.ts';
import { manualClock } from '../testing/time.ts';
import { ServerAbsent, waitForServer } from './wait-for-server.ts';

const absent = () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));

/** Waits for a server that is asked for with `reach`, and lets so many seconds pass. */
const waiting = async <T>(reach: () => Promise<T>, seconds: number) => {
  const clock = manualClock();
  const { logger, lines } = recordingLogger();
  const options = { server: 'PostgreSQL', at: 'db:5432', variable: 'DATABASE_URL', patienceMs: 10_000, clock, logger };
  const outcome = waitForServer(reach, options).catch((error: unknown) => error);
  for (let passed = 0; passed < seconds * 1000; passed += 500) {
    await tick();
    clock.advance(500);
  }
  return { outcome: await outcome, said: lines.map(({ msg }) => msg) };
};

describe('a start that wants a server', () => {
  it('When the server comes later, or goes away for a moment, then the start goes on when it answers', async () => {
    let tries = 0;
    const { outcome, said } = await waiting(async () => {
      tries += 1;
      return tries < 15 ? absent() : 'here';
    }, 8);
    expect([outcome, tries]).toEqual(['here', 15]);
    expect(said).toEqual(['waiting for PostgreSQL', 'waiting for PostgreSQL', 'PostgreSQL answers']);
  });

  it('When it does not come, then one sentence says which, where, and what to do', async () => {
    const { outcome } = await waiting(absent, 11);
    expect(outcome).toBeInstanceOf(ServerAbsent);
    expect((outcome as Error).message).toBe(
      'PostgreSQL at db:5432 did not answer within 10 s (connect ECONNREFUSED); start it, or say with DATABASE_URL where it is.',
    );
  });

  it('When it answers and refuses, then that is told at once', async () => {
    const refusal = new Error('password authentication failed');
    expect((await waiting(() => Promise.reject(refusal), 0)).outcome).toBe(refusal);
  });
});
