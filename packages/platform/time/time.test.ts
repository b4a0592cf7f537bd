import { describe, expect, it } from 'vitest';
import { countingIds, manualClock } from '../testing/time.ts';
import { systemClock, systemIds } from './system.ts';

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("the system's clock", () => {
  it('When it sleeps, then it wakes after the time', async () => {
    const before = systemClock.now().getTime();
    await systemClock.sleep(30);
    expect(systemClock.now().getTime() - before).toBeGreaterThanOrEqual(28);
  });

  it('When the signal aborts, before or during, then the sleep ends at once without an error', async () => {
    const before = Date.now();
    await systemClock.sleep(60_000, AbortSignal.abort());
    const during = new AbortController();
    const sleep = systemClock.sleep(2 ** 33, during.signal);
    during.abort();
    await sleep;
    expect(Date.now() - before).toBeLessThan(1_000);
  });
});

describe('the manual clock', () => {
  it('When it is moved, then sleepers wake whose time has come, and others sleep on', async () => {
    const clock = manualClock();
    const woken: string[] = [];
    const later = clock.sleep(20).then(() => woken.push('later'));
    const sooner = clock.sleep(10).then(() => woken.push('sooner'));
    clock.advance(9);
    await Promise.resolve();
    expect(woken).toEqual([]);
    clock.advance(11);
    await Promise.all([later, sooner]);
    expect(woken).toEqual(['sooner', 'later']);
    expect(clock.now().toISOString()).toBe('2026-01-01T00:00:00.020Z');
  });

  it('When the signal aborts, then the sleeper wakes', async () => {
    const stopping = new AbortController();
    const sleep = manualClock().sleep(10, stopping.signal);
    stopping.abort();
    await sleep;
  });
});

describe('ids', () => {
  it.each([
    ['system', systemIds],
    ['counting', countingIds()],
  ])('When the %s makes many, then all are UUIDv7 in rising order', (_name, ids) => {
    const made = Array.from({ length: 2_000 }, () => ids.uuid());
    for (const id of made) expect(id).toMatch(uuid7);
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(2_000);
  });

  it.each([
    ['system', systemIds],
    ['counting', countingIds()],
  ])('When the %s makes secrets and fractions, then they have their size and range, and differ', (_name, ids) => {
    const secrets = Array.from({ length: 50 }, () => ids.secret(32));
    expect(new Set(secrets).size).toBe(50);
    for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    for (let drawn = 0; drawn < 100; drawn += 1) {
      const fraction = ids.fraction();
      expect(fraction).toBeGreaterThanOrEqual(0);
      expect(fraction).toBeLessThan(1);
    }
  });
});
