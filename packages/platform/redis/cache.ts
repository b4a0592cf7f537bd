import type { Cache } from '../coordination/cache.ts';
import type { Ids } from '../time/ids.ts';
import type { RedisServer } from './redis.ts';
import { script } from './script.ts';

/**
 * A region has an epoch, a random name that stands in the keys of its values. Clearing gives it another one: what is
 * being loaded is stored under the old one and never read again. An epoch that was lost (the server was emptied, or is
 * another one) is replaced by a new one, never by one that was there before.
 *
 * KEYS: the region's epoch, the stem of its values. ARGV: the value's key, an epoch for a region without one, how long
 * that is kept. Answers the epoch and the value, or nil.
 */
const read = script(`
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return { ARGV[2], false }
end
return { epoch, redis.call('GET', KEYS[2] .. epoch .. ':' .. ARGV[1]) }
`);

const epochMs = 24 * 60 * 60_000;
/** Larger values cost more to carry than to load. */
const mostChars = 1024 * 1024;

interface Region {
  epochKey: string;
  stem: string;
  /** The connection on which this process has given the region a new epoch; none after a clear that may not have arrived. */
  freshOn: number | undefined;
  /** How often a new epoch was asked for: only the last one that was counts. */
  renewals: number;
  renewing: Promise<void> | undefined;
}

const parsed = (json: string | null): { value: unknown } | undefined => {
  try {
    return json === null ? undefined : { value: JSON.parse(json) };
  } catch {
    return undefined;
  }
};

/**
 * A cache that all processes share. A process clears each region when it first uses it on a connection: a clear of its
 * own may not have arrived on the one before, and the server may have come back with values from before a clear.
 * Without Redis every value is loaded.
 */
export const redisCache = (redis: RedisServer, ids: Ids): Cache => {
  const regions = new Map<string, Region>();
  /** Loads under way in this process, by epoch and key: others who want the same value meanwhile wait for it. */
  const loads = new Map<string, Promise<string | undefined>>();

  const regionOf = (name: string): Region => {
    // In braces: all that belongs to a region lies on one node of a cluster.
    const stem = redis.key(`cache:{${name}}:`);
    const made = { epochKey: `${stem}epoch`, stem, freshOn: undefined, renewals: 0, renewing: undefined };
    const region: Region = regions.get(name) ?? made;
    regions.set(name, region);
    return region;
  };

  const renew = async (region: Region): Promise<void> => {
    region.renewals += 1;
    const renewal = region.renewals;
    const connection = redis.number();
    const done = await redis.ask((client) => client.set(region.epochKey, ids.uuid(), 'PX', epochMs));
    if (done !== 'OK') region.freshOn = undefined;
    else if (renewal === region.renewals) region.freshOn = connection;
  };

  const renewOnce = (region: Region): Promise<void> => {
    region.renewing ??= renew(region).finally(() => {
      region.renewing = undefined;
    });
    return region.renewing;
  };

  const isFresh = ({ freshOn }: Region): boolean => freshOn !== undefined && freshOn === redis.number();

  const find = async (region: Region, key: string): Promise<{ epoch: string; json: string | null } | undefined> => {
    if (!isFresh(region)) await renewOnce(region);
    if (!isFresh(region)) return undefined;
    const found = await redis.ask(read([region.epochKey, region.stem], [key, ids.uuid(), epochMs]));
    // A clear that failed meanwhile makes what was found doubtful.
    if (!Array.isArray(found) || !isFresh(region)) return undefined;
    return { epoch: found[0], json: found[1] };
  };

  const loadOnce = (valueKey: string, ttlMs: number, load: () => Promise<unknown>): Promise<string | undefined> => {
    const loading = (async () => {
      try {
        const json = JSON.stringify(await Promise.resolve().then(load)) as string | undefined;
        const kept = json !== undefined && json.length <= mostChars;
        // Not waited for: the next question goes the same way and comes after it.
        if (kept) void redis.ask((client) => client.set(valueKey, json, 'PX', Math.ceil(ttlMs)));
        return json;
      } finally {
        loads.delete(valueKey);
      }
    })();
    loads.set(valueKey, loading);
    return loading;
  };

  return {
    async through<T>(name: string, key: string, ttlMs: number, load: () => Promise<T>): Promise<T> {
      const region = regionOf(name);
      const found = await find(region, key);
      if (!found) return load();
      const hit = parsed(found.json);
      if (hit) return hit.value as T;
      const valueKey = `${region.stem}${found.epoch}:${key}`;
      const json = await (loads.get(valueKey) ?? loadOnce(valueKey, ttlMs, load));
      return json === undefined ? (undefined as T) : JSON.parse(json);
    },
    clear: (name) => renew(regionOf(name)),
  };
};
