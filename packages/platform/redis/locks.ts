import type { Locks } from '../coordination/locks.ts';
import type { RedisServer } from './redis.ts';
import { script } from './script.ts';

/** KEYS: the lock. ARGV: its owner, milliseconds. Answers 1 where the owner holds it now. */
const acquire = script(`
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

/** KEYS: the lock. ARGV: who takes himself for its owner. */
const release = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

/** Locks that all processes share; without Redis everyone is let through. */
export const redisLocks = (redis: RedisServer): Locks => {
  const keyOf = (key: string) => redis.key(`lock:${key}`);
  return {
    acquire: async (key, owner, ttlMs) => (await redis.ask(acquire([keyOf(key)], [owner, Math.ceil(ttlMs)]))) !== 0,
    async release(key, owner) {
      await redis.ask(release([keyOf(key)], [owner]));
    },
  };
};
