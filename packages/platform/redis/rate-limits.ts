import type { Store } from 'express-rate-limit';
import type { Clock } from '../time/clock.ts';
import { systemClock } from '../time/system.ts';
import type { RedisServer } from './redis.ts';
import { script } from './script.ts';

/** KEYS: whose requests. ARGV: the window in milliseconds. Answers how many there were in it, and what is left of it. */
const count = script(`
local left = redis.call('PTTL', KEYS[1])
if left <= 0 then
  redis.call('SET', KEYS[1], 1, 'PX', ARGV[1])
  return { 1, tonumber(ARGV[1]) }
end
return { redis.call('INCR', KEYS[1]), left }
`);

/**
 * Counts that all replicas of a service share, a store for each limit by its name. Without Redis nothing is counted
 * and everyone is let through. (rate-limit-redis 6.0 counts nothing ever again where Redis was away at its start.)
 */
export const redisRateLimits =
  (redis: RedisServer, clock: Clock = systemClock) =>
  (limit: string): Store => {
    const keyOf = (key: string) => redis.key(`limit:${limit}:${key}`);
    let windowMs = 60_000;
    const answer = (totalHits: number, leftMs: number) => ({
      totalHits,
      resetTime: new Date(clock.now().getTime() + leftMs),
    });
    return {
      init(options) {
        windowMs = options.windowMs;
      },
      async increment(key) {
        const counted = await redis.ask(count([keyOf(key)], [windowMs]));
        return Array.isArray(counted) ? answer(Number(counted[0]), Number(counted[1])) : answer(0, windowMs);
      },
      async decrement(key) {
        await redis.ask((client) => client.decr(keyOf(key)));
      },
      async resetKey(key) {
        await redis.ask((client) => client.del(keyOf(key)));
      },
    };
  };
