import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLeash, type Leash } from '../../../deploy/local/servers/leash.ts';
import type { Server } from '../../../deploy/local/servers/options.ts';
import { startRedis } from '../../../deploy/local/servers/redis.ts';
import { eventually } from '../testing/eventually.ts';
import { recordingLogger, silentLogger } from '../testing/logger.ts';
import { systemClock, systemIds } from '../time/system.ts';
import { redisCache } from './cache.ts';
import { redisLive } from './live.ts';
import { redisLocks } from './locks.ts';
import { redisRateLimits } from './rate-limits.ts';
import { connectRedis, type RedisServer } from './redis.ts';

/** A way to a port of this machine that can be cut for those who are on it: nothing arrives any more, and nobody is told. */
const openWay = async (port: number) => {
  const on = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ port, host: '127.0.0.1' });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      on.add(from);
      from.on('data', (piece) => on.has(from) && to.write(piece));
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => on.clear(),
    close: () => server.close(),
  };
};

/** What a user would notice is far more; commands wait for 100 ms at most. */
const soonMs = 400;

describe('without Redis', () => {
  let dir: string;
  let leash: Leash;
  let server: Server;
  const open: RedisServer[] = [];

  const start = () =>
    startRedis({ dir: join(dir, 'redis'), port: server?.port, onStart: (process) => leash.hold({ process }) });
  const connect = async (logger = silentLogger): Promise<RedisServer> => {
    const redis = await connectRedis({ url: server.url, prefix: 'shop:', logger });
    open.push(redis);
    return redis;
  };
  /** Restarts Redis where a test left it away, and waits until it is in use. */
  const there = async (redis: RedisServer): Promise<void> => {
    if (!(await server.alive())) server = await start();
    await eventually(() => redis.number() !== undefined && redis.failingMs() === 0);
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shop-redis-'));
    leash = createLeash();
    server = await start();
  });
  beforeEach(async () => {
    if (!(await server.alive())) server = await start();
  });
  afterAll(async () => {
    await Promise.all(open.map((redis) => redis.close()));
    await leash.end();
    await rm(dir, { recursive: true, force: true });
  });

  /** Every way of using Redis once; answers how long the slowest took. */
  const useAll = async (redis: RedisServer) => {
    const [locks, cache, live] = [redisLocks(redis), redisCache(redis, systemIds), redisLive(redis, systemIds)];
    const limits = redisRateLimits(redis)('general');
    const heard: unknown[] = [];
    const stop = live.subscribe('channel', (message) => heard.push(message));
    let slowestMs = 0;
    const timed = async <T>(work: () => Promise<T>): Promise<T> => {
      const before = performance.now();
      const answer = await work();
      slowestMs = Math.max(slowestMs, performance.now() - before);
      return answer;
    };
    const someone = systemIds.uuid();
    expect(await timed(() => locks.acquire('lock', someone, 60_000))).toBe(true);
    expect(await timed(() => locks.acquire('lock', 'another', 60_000))).toBe(true);
    await timed(() => locks.release('lock', someone));
    for (const value of ['first', 'second']) {
      expect(await timed(() => cache.through('region', 'key', 60_000, async () => value))).toBe(value);
    }
    await timed(() => cache.clear('region'));
    expect((await timed(() => Promise.resolve(limits.increment('ada')))).totalHits).toBe(0);
    live.publish('channel', 'from here');
    await eventually(() => heard.length === 1);
    stop();
    return slowestMs;
  };

  it('When Redis is killed, then all goes on at once without it, it is said once, and all is as before when it is back', async () => {
    const { logger, lines } = recordingLogger();
    const redis = await connect(logger);
    const locks = redisLocks(redis);
    expect(await locks.acquire('held', 'ada', 60_000)).toBe(true);
    expect(await locks.acquire('held', 'bob', 60_000)).toBe(false);
    await server.kill();
    await systemClock.sleep(50);
    for (let round = 0; round < 10; round += 1) expect(await useAll(redis)).toBeLessThan(soonMs);
    await systemClock.sleep(1_000);
    expect(await useAll(redis)).toBeLessThan(soonMs);
    expect(redis.failingMs()).toBeGreaterThan(900);
    const said = lines.filter(({ redis: name, level }) => name === 'commands' && Number(level) >= 40);
    expect(said).toHaveLength(1);

    const before = performance.now();
    await there(redis);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(lines.filter(({ msg, redis: name }) => name === 'commands' && msg === 'Redis is back')).toHaveLength(1);
    expect(await locks.acquire('held', 'bob', 60_000)).toBe(true);
    expect(await locks.acquire('held', 'ada', 60_000)).toBe(false);
  });

  it('When Redis is paused, then a few commands wait a moment, the others not at all, until it goes on', async () => {
    const redis = await connect();
    await server.signal('SIGSTOP');
    const before = performance.now();
    while (performance.now() - before < 2_000) expect(await useAll(redis)).toBeLessThan(soonMs);
    expect(redis.failingMs()).toBeGreaterThan(500);
    await server.signal('SIGCONT');
    await there(redis);
    const locks = redisLocks(redis);
    expect(await locks.acquire('after the pause', 'ada', 60_000)).toBe(true);
    expect(await locks.acquire('after the pause', 'bob', 60_000)).toBe(false);
  });

  it('When Redis is not there at the start, then the start does not wait for it, and it is used once it comes', async () => {
    await server.kill();
    const before = performance.now();
    const redis = await connect();
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(await useAll(redis)).toBeLessThan(soonMs);
    const limits = redisRateLimits(redis)('auth');
    await there(redis);
    await limits.increment('ada');
    expect((await limits.increment('ada')).totalHits).toBe(2);
  });

  it('When Redis is emptied in the middle, then no value of before is served, and a load of before is not kept', async () => {
    const cache = redisCache(await connect(), systemIds);
    const read = (value: string) => cache.through('products', 'mug', 60_000, async () => value);
    await read('old');
    const load = Promise.withResolvers<string>();
    const slow = cache.through('products', 'cup', 60_000, () => load.promise);
    await systemClock.sleep(20);
    const client = new Redis(server.url);
    await client.flushall();
    expect(await read('new')).toBe('new');
    expect(await read('newer')).toBe('new');
    await cache.clear('products');
    load.resolve('stale');
    await slow;
    expect(await cache.through('products', 'cup', 60_000, async () => 'fresh')).toBe('fresh');
    client.disconnect();
  });

  it('When Redis refused to clear, then what was to be cleared is not served, also once it takes writes again', async () => {
    const [redis, client] = [await connect(), new Redis(server.url)];
    const cache = redisCache(redis, systemIds);
    const read = (value: string) => cache.through('refused', 'mug', 60_000, async () => value);
    await read('old');
    expect(await read('unread')).toBe('old');
    await client.replicaof('127.0.0.1', 1);
    await cache.clear('refused');
    expect(await read('new')).toBe('new');
    await client.replicaof('NO', 'ONE');
    expect(await read('new')).toBe('new');
    expect(await read('newer')).toBe('new');
    client.disconnect();
  });

  it('When Redis comes back with what it had before a clear, then that is not served', async () => {
    const [redis, client] = [await connect(), new Redis(server.url)];
    const cache = redisCache(redis, systemIds);
    const read = (value: string) => cache.through('snapshot', 'mug', 60_000, async () => value);
    await read('old');
    const snapshot = await Promise.all(
      (await client.keys('shop:cache:{snapshot}*')).map(async (key) => [key, (await client.get(key)) ?? ''] as const),
    );
    expect(snapshot).toHaveLength(2);
    await cache.clear('snapshot');
    await client.mset(...snapshot.flat());
    const before = redis.number() ?? 0;
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually(() => (redis.number() ?? 0) > before);
    expect(await read('new')).toBe('new');
    expect(await read('newer')).toBe('new');
    client.disconnect();
  });

  it('When Redis was away, then watchers in other processes hear what is said after', async () => {
    const [ours, theirs] = [await connect(), await connect()];
    const [here, far] = [redisLive(ours, systemIds), redisLive(theirs, systemIds)];
    const heard: unknown[] = [];
    far.subscribe('checkout', (message) => heard.push(message));
    await eventually(() => {
      here.publish('checkout', 'before');
      return heard.length > 0;
    });
    await server.kill();
    far.subscribe('made while it was away', (message) => heard.push(message));
    await there(ours);
    for (const channel of ['checkout', 'made while it was away']) {
      heard.length = 0;
      await eventually(() => {
        here.publish(channel, 'after');
        return heard.length > 0;
      });
    }
  });

  it('When the way to Redis is cut without a word, then another one is made', async () => {
    const way = await openWay(server.port);
    const prefix = `cut-${systemIds.uuid()}:`;
    const redis = await connectRedis({ url: way.url, prefix, logger: silentLogger });
    const near = await connectRedis({ url: server.url, prefix, logger: silentLogger });
    open.push(redis, near);
    const [far, live, locks] = [redisLive(redis, systemIds), redisLive(near, systemIds), redisLocks(redis)];
    const heard: unknown[] = [];
    far.subscribe('checkout', (message) => heard.push(message));
    await eventually(() => redis.failingMs() === 0);
    way.cut();
    await eventually(async () => {
      await locks.acquire('cut', 'ada', 60_000);
      return !(await redisLocks(near).acquire('cut', 'bob', 1));
    });
    await eventually(() => {
      live.publish('checkout', 'after');
      return heard.length > 0;
    });
    way.close();
  });

  it('When Redis refuses what is asked, then it is as if it were away', async () => {
    const { logger, lines } = recordingLogger();
    const redis = await connect(logger);
    const client = new Redis(server.url);
    await client.config('SET', 'maxmemory', '1');
    const cache = redisCache(redis, systemIds);
    for (let round = 0; round < 20; round += 1) {
      expect(await redisLocks(redis).acquire('full', `${round}`, 60_000)).toBe(true);
      expect(await cache.through('full', 'key', 60_000, async () => round)).toBe(round);
    }
    await client.config('SET', 'maxmemory', '0');
    client.disconnect();
    expect(lines.filter(({ level }) => Number(level) >= 40).map(({ msg }) => msg)).toEqual(['Redis refuses a command']);
  });

  it('When the password is wrong, then nothing is used, and the log says why without it', async () => {
    const { logger, lines } = recordingLogger();
    const url = server.url.replace('redis://', 'redis://shop:hunter2@');
    const redis = await connectRedis({ url, prefix: 'shop:', logger });
    open.push(redis);
    expect(await useAll(redis)).toBeLessThan(soonMs);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(lines.find(({ redis: name }) => name === 'commands')).toMatchObject({
      reason: expect.stringContaining('WRONGPASS'),
    });
  });
});
