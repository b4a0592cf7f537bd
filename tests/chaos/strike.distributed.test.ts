import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, type Client, customer, product } from '../support/client.ts';
import type { Fault } from './plan.ts';
import { openStage, type Stage } from './stage.ts';
import { createStriker, type Striker } from './strike.ts';

/** Each kind of fault, by what clients see while it lasts, and after it. */
let stage: Stage;
let striker: Striker;
let seller: Client;
let kim: Client;

beforeAll(async () => {
  stage = await openStage(() => {});
  striker = createStriker({ ...stage, report: () => {} });
  seller = await admin(stage.stack.url);
  kim = await customer(stage.stack.url);
}, 120_000);
afterAll(() => stage?.close(), 60_000);

const during = async (fault: Fault, look: () => Promise<void>): Promise<void> => {
  const blow = await striker.strike(fault);
  try {
    await look();
  } finally {
    await (await blow.end()).ready;
  }
};

const statusOf = (path: string) => async () => (await kim.get(path)).status;
const answers = (path: string, status: number) => expect.poll(statusOf(path), { timeout: 20_000 }).toBe(status);

describe('Faults', () => {
  it('When one service loses one server, then others that keep their data there go on', async () => {
    const toxic = { type: 'timeout', timeout: 0 } as const;
    await during({ kind: 'wire', server: 'postgres', services: ['order'], toxic, forMs: 0 }, async () => {
      await answers('/orders', 503);
      await answers('/auth/me', 200);
    });
    await answers('/orders', 200);
  });

  it('When a service is killed or paused, then it is away, and back after', async () => {
    for (const kind of ['kill', 'pause'] as const) {
      const fault: Fault = { kind, part: 'discount', replica: 1, forMs: 0 };
      await during(fault, async () => {
        expect(striker.isStruck({ part: 'discount', replica: 1 })).toBe(true);
        expect((await seller.get('/vouchers')).status).toBe(503);
      });
      expect(striker.isStruck({ part: 'discount', replica: 1 })).toBe(false);
      await expect.poll(async () => (await seller.get('/vouchers')).status, { timeout: 20_000 }).toBe(200);
    }
  });

  it('When PostgreSQL is paused, then so are its backends: nobody gets an answer from one that works on', async () => {
    await during({ kind: 'pause', part: 'postgres', replica: 1, forMs: 0 }, () => answers('/orders', 503));
    await answers('/orders', 200);
  });

  it("When a service's clock jumps, then what it writes carries the wrong time, and later the right one", async () => {
    const skewOf = async () => {
      const made = (await product(seller)).product;
      return Math.abs(Math.round((Date.parse(made.createdAt) - Date.now()) / 60_000));
    };
    await during({ kind: 'clock', part: 'product', replica: 1, byMs: 300_000, forMs: 0 }, async () => {
      await pause(300);
      expect(await skewOf()).toBe(5);
    });
    await pause(300);
    expect(await skewOf()).toBe(0);
  });

  it("When the disk of a service's log is full, then it goes on, and logs again after", async () => {
    const { logFile } = stage.stack.process('cart');
    const before = statSync(logFile).size;
    await during({ kind: 'full log', part: 'cart', replica: 1, forMs: 0 }, async () => {
      await answers('/cart', 200);
      expect(statSync(logFile).size).toBe(before);
    });
    await answers('/cart', 200);
  });
});
