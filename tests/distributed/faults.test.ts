import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { say } from '../../deploy/local/servers/tcp.ts';
import { auditShop } from '../support/audit.ts';
import { admin, type Client, call, customer, eventually, product, type Reply } from '../support/client.ts';
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
  try {
    await completes(5);
    await fault();
    await completes(10);
  } finally {
    await load.stop();
  }
  const { history } = load;
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

/** Whoever can't be served is told so within this time. */
const ANSWER_MS = 6_000;

/** What is asked at once while a server is away, each with what it must be answered. */
type Asked = [what: string, answer: Promise<Reply>, status: number, code?: string][];

/** Sees that each is answered as it must be, and that who can't be served is told to come back, and soon. */
const answered = async (asked: Asked): Promise<void> => {
  const start = performance.now();
  const seen = await Promise.all(
    asked.map(async ([what, answer]) => {
      const { status, headers, body } = await answer;
      const turnedAway = status === 503;
      const faults = [
        ...(turnedAway && headers.get('retry-after') === null ? ['no Retry-After'] : []),
        ...(turnedAway && performance.now() - start > ANSWER_MS ? ['late'] : []),
      ];
      return [what, status, body?.code, ...faults];
    }),
  );
  expect(seen).toEqual(asked.map(([what, , status, code]) => [what, status, code]));
};

const readiness = (): Promise<Reply> => call(shop.url, 'GET', '/health/ready');
const stock = (sku = skus[0]): Promise<Reply> => seller.get(`/inventory/${sku}`);

/** What the shop can and can't do while each server is away; `kim` has something in the cart. */
const whileAway = {
  async postgres(kim: Client) {
    await answered([
      ['products', seller.get('/products'), 200],
      ['cart', kim.get('/cart'), 200],
      ['stock', stock(), 503, 'UNAVAILABLE'],
      ['orders', kim.get('/orders'), 503, 'UNAVAILABLE'],
      ['checkout', kim.checkout(), 503, 'UNAVAILABLE'],
      ['readiness', readiness(), 503, 'UNAVAILABLE'],
    ]);
    expect((await readiness()).body.errors).toEqual([{ part: 'identity' }]);
  },
  async mongo(kim: Client) {
    await answered([
      ['stock', stock(), 200],
      ['orders', kim.get('/orders'), 200],
      ['who', kim.get('/auth/me'), 200],
      ['cart', kim.get('/cart'), 503, 'UNAVAILABLE'],
      ['edit', kim.put(`/cart/items/${skus[1]}`, { quantity: 2 }), 503, 'UNAVAILABLE'],
      ['readiness', readiness(), 503, 'UNAVAILABLE'],
    ]);
    expect((await readiness()).body.errors).toEqual([{ part: 'product' }]);
  },
  async kafka(kim: Client) {
    // It is on sale and in stock at once, although nobody has heard of it.
    const made = await product(seller, { stock: 3 });
    await kim.add(made.sku);
    await answered([
      ['products', seller.get('/products'), 200],
      ['stock', stock(), 200],
      ['cart', kim.get('/cart'), 200],
      ['quote', kim.get('/cart/quote'), 200],
      ['overview', seller.get('/admin/overview'), 200],
      ['events', seller.get('/admin/events'), 200],
      ['checkout', kim.checkout(), 201],
      ['readiness', readiness(), 200],
    ]);
    // Nobody confirms the rollback, and it is answered all the same.
    await kim.add((await product(seller, { stock: 0 })).sku);
    await answered([['refusal', kim.checkout(), 409, 'OUT_OF_STOCK']]);
  },
  async redis(kim: Client) {
    await answered([
      ['products', seller.get('/products'), 200],
      ['stock', stock(), 200],
      ['cart', kim.get('/cart'), 200],
      ['quote', kim.get('/cart/quote'), 200],
      ['overview', seller.get('/admin/overview'), 200],
      ['checkout', kim.checkout(), 201],
      ['readiness', readiness(), 200],
    ]);
    await kim.add(skus[0] ?? '');
    await answered([
      ['refresh', kim.post('/auth/refresh', { refreshToken: kim.refreshToken }), 200],
      ['checkout', kim.checkout(), 201],
    ]);
  },
};

describe('A server killed with -9 under load', () => {
  it.each(['kafka', 'postgres', 'mongo', 'redis'] as const)(
    'When %s is killed, then whoever can be is served meanwhile; started again, the shop recovers by itself',
    (name) =>
      survives(async () => {
        const kim = await customer(shop.url);
        await kim.add(skus[0] ?? '');
        await shop.stack.process(name).kill();
        // Also when something is not as it must be: the next test wants it.
        await whileAway[name](kim).finally(() => shop.stack.process(name).start());
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
