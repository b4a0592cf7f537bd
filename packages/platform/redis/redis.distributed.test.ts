import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { cacheConformance } from '../coordination/cache.conformance.ts';
import type { Cache } from '../coordination/cache.ts';
import { liveConformance } from '../coordination/live.conformance.ts';
import { locksConformance } from '../coordination/locks.conformance.ts';
import { post } from '../http/route.ts';
import { eventually } from '../testing/eventually.ts';
import { serve } from '../testing/http.ts';
import { silentLogger } from '../testing/logger.ts';
import { systemClock, systemIds } from '../time/system.ts';
import { redisCache } from './cache.ts';
import { redisLive } from './live.ts';
import { redisLocks } from './locks.ts';
import { redisRateLimits } from './rate-limits.ts';
import { connectRedis, type RedisServer } from './redis.ts';

const open: RedisServer[] = [];
afterAll(() => Promise.all(open.map((redis) => redis.close())));

/** A process's connection; processes of one shop share the prefix. */
const connect = async (prefix = `test-${systemIds.uuid()}:`): Promise<RedisServer> => {
  const redis = await connectRedis({ url: inject('redis'), prefix, logger: silentLogger });
  open.push(redis);
  return redis;
};

/** The same in two processes of one shop. */
const pairOf = async <T>(make: (redis: RedisServer) => T): Promise<[T, T]> => {
  const prefix = `test-${systemIds.uuid()}:`;
  return [make(await connect(prefix)), make(await connect(prefix))];
};

const pass = (ms: number) => systemClock.sleep(ms);

locksConformance('Redis', async () => ({ locks: redisLocks(await connect()), pass }));

cacheConformance('Redis', async () => ({ cache: redisCache(await connect(), systemIds), pass }));

liveConformance('Redis, within a process', async () => ({
  live: redisLive(await connect(), systemIds),
  ready: async () => {},
}));

liveConformance('Redis, between processes', async () => {
  const [here, there] = await pairOf((redis) => redisLive(redis, systemIds));
  return {
    live: { publish: here.publish, subscribe: there.subscribe },
    async ready() {
      // Subscriptions are made in order: when this one receives, those before do.
      let heard = false;
      const stop = there.subscribe('ready?', () => {
        heard = true;
      });
      await eventually(() => {
        here.publish('ready?', true);
        return heard;
      });
      stop();
    },
  };
});

describe('processes that share Redis', () => {
  it('When one clears a region, then no other serves what was loaded before, also where its load ends after', async () => {
    const [ours, theirs] = await pairOf((redis) => redisCache(redis, systemIds));
    const read = (cache: Cache, value: string) => cache.through('products', 'mug', 60_000, async () => value);
    await read(ours, 'first');
    await read(theirs, 'second');
    expect(await read(ours, 'unread')).toBe('second');

    const load = Promise.withResolvers<string>();
    await theirs.clear('products');
    const slow = ours.through('products', 'mug', 60_000, () => load.promise);
    await pass(20);
    await theirs.clear('products');
    load.resolve('stale');
    expect(await slow).toBe('stale');
    expect(await read(theirs, 'fresh')).toBe('fresh');
    expect(await read(ours, 'unread')).toBe('fresh');
  });

  it('When many want a value at once in one process, then it is loaded once', async () => {
    const cache = redisCache(await connect(), systemIds);
    let loads = 0;
    const load = async () => {
      loads += 1;
      await pass(20);
      return loads;
    };
    await cache.clear('region');
    const answers = await Promise.all(Array.from({ length: 50 }, () => cache.through('region', 'key', 5_000, load)));
    expect(new Set(answers)).toEqual(new Set([1]));
  });

  it('When one holds a lock, then the others wait for it', async () => {
    const [ours, theirs] = await pairOf(redisLocks);
    expect(await ours.acquire('checkout', 'ada', 5_000)).toBe(true);
    expect(await theirs.acquire('checkout', 'bob', 5_000)).toBe(false);
    await theirs.release('checkout', 'bob');
    expect(await theirs.acquire('checkout', 'bob', 5_000)).toBe(false);
    await ours.release('checkout', 'ada');
    expect(await theirs.acquire('checkout', 'bob', 5_000)).toBe(true);
  });

  it('When shops have prefixes of their own, then they have nothing else in common', async () => {
    const [ours, theirs] = [await connect(), await connect()];
    expect(await redisLocks(ours).acquire('checkout', 'ada', 5_000)).toBe(true);
    expect(await redisLocks(theirs).acquire('checkout', 'bob', 5_000)).toBe(true);
  });

  it('When a value in Redis is none of ours, then it is loaded instead', async () => {
    const redis = await connect();
    const cache = redisCache(redis, systemIds);
    const read = (value: string) => cache.through('region', 'key', 5_000, async () => value);
    await read('first');
    const client = new Redis(inject('redis'));
    for (const key of await client.keys(`${redis.key('cache')}*`)) {
      if (!key.endsWith(':epoch')) await client.set(key, '{not JSON', 'PX', 5_000);
    }
    client.disconnect();
    expect(await read('second')).toBe('second');
  });

  it('When nobody watches a channel any more, then Redis is not asked for it', async () => {
    const redis = await connect();
    const live = redisLive(redis, systemIds);
    const client = new Redis(inject('redis'));
    const subscribers = async () => (await client.pubsub('NUMSUB', redis.key('live:a')))[1];
    const stops = [live.subscribe('a', () => {}), live.subscribe('a', () => {})];
    await eventually(async () => (await subscribers()) === 1);
    stops[0]?.();
    stops[0]?.();
    expect(await subscribers()).toBe(1);
    stops[1]?.();
    await eventually(async () => (await subscribers()) === 0);
    client.disconnect();
  });
});

describe('rate limits of replicas', () => {
  const routes = [
    post('/auth/login', { summary: 'l', access: 'anyone', limit: 'auth', answers: { 204: null } }, () => undefined),
  ];

  it('When replicas share a store, then an address has one allowance for all of them', async () => {
    const prefix = `test-${systemIds.uuid()}:`;
    const serveOne = async () =>
      serve(routes, { limits: true, limitStore: redisRateLimits(await connect(prefix)), clock: systemClock });
    const servers = [await serveOne(), await serveOne()];
    const statuses: number[] = [];
    for (let sent = 0; sent < 12; sent += 1) {
      for (const server of servers) statuses.push((await server.request('POST', '/auth/login')).status);
    }
    expect(statuses).toEqual([...Array(20).fill(204), ...Array(4).fill(429)]);
    const { headers } = (await servers[1]?.request('POST', '/auth/login')) ?? {};
    expect(Number(headers?.get('retry-after'))).toBeGreaterThan(50);
    expect(Number(headers?.get('retry-after'))).toBeLessThanOrEqual(60);
    await Promise.all(servers.map((server) => server.close()));
  });
});
