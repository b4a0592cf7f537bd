import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { endure } from './endure.ts';
import { openChronicle } from './history.ts';
import type { Fault } from './plan.ts';

const fault: Fault = { kind: 'kill', part: 'cart', replica: 1, forMs: 40 };

/** A shop that does not sell while a fault lasts, is started again in 60 ms, and sells 120 ms after its end. */
const shop = (start = () => pause(60)) => {
  const chronicle = openChronicle(() => {});
  const told: string[] = [];
  let readyAt = -1;
  const ends: string[] = [];
  return {
    told,
    options: {
      chronicle,
      report: (sentence: string) => told.push(sentence),
      health: { readyAt: () => readyAt, freshAt: () => readyAt, unfinished: () => ({}), stop: async () => {} },
      striker: {
        isStruck: () => false,
        revive: async () => {},
        async strike() {
          ends.push('struck');
          return {
            async end() {
              void pause(80).then(() => {
                readyAt = chronicle.elapsed();
              });
              void pause(120).then(() => chronicle.count('completed'));
              return { ready: start() };
            },
          };
        },
      },
    },
  };
};

describe('One fault', () => {
  it('When it is over, then the time is told until the process was there, the shop ready, and a checkout completed', async () => {
    const { options, told } = shop();
    const { record, settled } = await endure(options, fault, false);
    await settled;
    const { recovery, from, to } = record;
    expect(to - from).toBeGreaterThanOrEqual(38);
    expect(recovery.process).toBeGreaterThanOrEqual(55);
    expect(recovery.ready).toBeGreaterThanOrEqual(75);
    expect(recovery.checkouts).toBeGreaterThanOrEqual(115);
    expect(recovery.sagas).toBe(recovery.ready);
    for (const ms of Object.values(recovery)) expect(ms).toBeLessThan(5_000);
    expect(record).toMatchObject({ what: 'kill -9 cart 1, away for 0.0 s', class: 'kill: a service', paired: false });
    expect(told).toEqual([expect.stringMatching(/^kill -9 cart 1, away for 0[.]0 s; sells again after \d+[.]\d s$/)]);
  });

  it('When a checkout completed before its end, then that is no recovery', async () => {
    const { options } = shop();
    options.chronicle.count('completed');
    expect((await endure(options, fault, false)).record.recovery.checkouts).toBeGreaterThanOrEqual(115);
  });

  it('When what died does not start, then the run goes on, and the record says that it was not back', async () => {
    const { options, told } = shop(() => Promise.reject(new Error('cart did not start')));
    expect((await endure(options, fault, true)).record.recovery).toMatchObject({
      process: undefined,
      checkouts: expect.any(Number),
    });
    expect(told[0]).toBe('cart did not start');
  });
});
