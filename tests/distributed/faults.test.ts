import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { say } from '../../deploy/local/servers/tcp.ts';
import { auditShop } from '../support/audit.ts';
import { admin, type Client, eventually, product } from '../support/client.ts';
import { removeFolder, temporaryFolder } from '../support/shop.ts';
import { type StackShop, startStackShop } from '../support/stack-shop.ts';
import { forgotten, type Load, startLoad } from './load.ts';

/**
 * The distributed form on servers of its own, under a load that goes on: something is killed, paused or emptied, and
 * comes back. Afterwards every saga has ended, the books agree, and everything that anybody was told is still so.
 */
let shop: StackShop;
let seller: Client;
let skus: string[];
let load: Load | undefined;

const BUYERS = 6;
/** From the moment the fault is over. */
const RECOVERY_MS = 30_000;

beforeAll(async () => {
  const dataDir = temporaryFolder();
  shop = await startStackShop({ dataDir, servers: {}, replicas: { order: 2 } });
  seller = await admin(shop.url);
  skus = [];
  for (let n = 0; n < 3; n += 1) skus.push((await product(seller, { stock: 1_000_000 })).sku);
  const voucher = { code: 'LOAD', type: 'percentage', value: 1000, scope: { kind: 'order' } };
  expect((await seller.post('/vouchers', voucher)).status).toBe(201);
}, 120_000);

afterAll(async () => {
  await load?.stop();
  await shop?.stop();
  if (shop) removeFolder(shop.dataDir);
}, 60_000);

const unfinished = async () => {
  const states = ['running', 'compensating', 'parked'];
  const pages = await Promise.all(states.map((status) => seller.get(`/checkouts?limit=100&status=${status}`)));
  return pages.flatMap(({ body }) => body.items);
};

/** Waits until so many more checkouts have completed. */
const completes = (more: number): Promise<number> => {
  const before = load?.completed() ?? 0;
  return eventually(
    async () => load?.completed() ?? 0,
    (completed) => completed >= before + more,
    RECOVERY_MS,
  );
};

/** Has `fault` happen under load, and sees the shop recover from it by itself. */
const survives = async (fault: () => Promise<void>): Promise<void> => {
  load = startLoad({ url: shop.url, skus, voucher: 'LOAD', buyers: BUYERS });
  await completes(5);
  await fault();
  await completes(10);
  const history = await load.stop();
  load = undefined;
  await eventually(unfinished, (sagas) => sagas.length === 0, RECOVERY_MS);
  expect(history.wrong).toEqual([]);
  // Nobody was kept waiting: a checkout may take its 15 s, anything else is answered or refused long before.
  expect(history.slowestMs).toBeLessThan(22_000);
  expect(await forgotten(shop.url, history)).toEqual([]);
  expect(await auditShop(shop)).toEqual([]);
};

describe('A service killed with -9 under load', () => {
  it.each(['identity', 'product', 'inventory', 'cart', 'discount'] as const)(
    'When %s is killed and started again, then nothing is lost or done twice',
    (name) =>
      survives(async () => {
        await shop.stack.process(name).kill();
        await pause(500);
        await shop.stack.process(name).start();
      }),
    120_000,
  );

  it(
    'When both replicas of order are killed one after the other, then every saga ends',
    () =>
      survives(async () => {
        for (const replica of [1, 2]) {
          await shop.stack.process('order', replica).kill();
          await completes(5);
          await shop.stack.process('order', replica).start();
        }
      }),
    120_000,
  );
});

describe('A server killed with -9 under load', () => {
  it.each(['kafka', 'postgres', 'mongo', 'redis'] as const)(
    'When %s is killed and started again, then the shop recovers by itself',
    (name) =>
      survives(async () => {
        await shop.stack.process(name).kill();
        await pause(2_000);
        await shop.stack.process(name).start();
      }),
    120_000,
  );

  it(
    'When Redis forgets everything in the middle of checkouts, then nothing is wrong',
    () =>
      survives(async () => {
        for (let n = 0; n < 20; n += 1) {
          await say(shop.stack.process('redis').port, 'FLUSHALL\r\n');
          await pause(50);
        }
      }),
    120_000,
  );
});

describe('A process that was taken for dead', () => {
  it(
    'When a consumer sleeps for longer than its session and wakes up, then each event takes effect once',
    () =>
      survives(async () => {
        await shop.stack.process('inventory').pause();
        await pause(14_000);
        await shop.stack.process('inventory').resume();
      }),
    120_000,
  );

  it(
    'When the owner of sagas sleeps for longer than its lease, then what it writes on waking counts for nothing',
    () =>
      survives(async () => {
        await shop.stack.process('order', 1).pause();
        // The other one takes over meanwhile.
        await pause(6_000);
        await shop.stack.process('order', 1).resume();
      }),
    120_000,
  );
});

describe('Kafka out of reach', () => {
  it(
    'When it is away for a minute, then checkouts go on, and all that waited is delivered after',
    () =>
      survives(async () => {
        await shop.stack.process('kafka').kill();
        await completes(20);
        await pause(60_000);
        await shop.stack.process('kafka').start();
      }),
    240_000,
  );
});
