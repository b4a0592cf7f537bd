import type { Clock } from '../time/clock.ts';
import type { Cache } from './cache.ts';

/** The most values, and the most text in them, that are kept. */
const entryLimit = 10_000;
const charLimit = 32 * 1024 * 1024;

interface Entry {
  region: Region;
  key: string;
  /** JSON, so that nobody can change what others will read, and a value is the same as from any other cache. */
  json: string;
  until: number;
}

/** Clearing lets go of the region's object; what is being loaded for it is left behind with it. */
interface Region {
  name: string;
  entries: Map<string, Entry>;
  /** Loads under way: others who want the same value meanwhile wait for it. */
  loads: Map<string, Promise<string | undefined>>;
}

/** A cache within this process; when it is full the values stored first make room. */
export const memoryCache = (clock: Clock): Cache => {
  const regions = new Map<string, Region>();
  /** All entries, oldest first. */
  const byAge = new Set<Entry>();
  let chars = 0;

  const regionOf = (name: string): Region => {
    const region = regions.get(name) ?? { name, entries: new Map(), loads: new Map() };
    regions.set(name, region);
    return region;
  };

  const forgetIfEmpty = (region: Region): void => {
    const empty = region.entries.size === 0 && region.loads.size === 0;
    if (empty && regions.get(region.name) === region) regions.delete(region.name);
  };

  const drop = (entry: Entry): void => {
    byAge.delete(entry);
    chars -= entry.json.length;
    entry.region.entries.delete(entry.key);
    forgetIfEmpty(entry.region);
  };

  /** Lets expired values go, and when that isn't enough a tenth of all, so that it need not be done for each new one. */
  const makeRoom = (now: number): void => {
    for (const entry of byAge) {
      if (entry.until > now) break;
      drop(entry);
    }
    if (byAge.size < entryLimit && chars < charLimit) return;
    for (const entry of byAge) if (entry.until <= now) drop(entry);
    for (const entry of byAge) {
      if (byAge.size < entryLimit * 0.9 && chars < charLimit * 0.9) return;
      drop(entry);
    }
  };

  const keep = (region: Region, key: string, json: string, ttlMs: number): void => {
    if (regions.get(region.name) !== region || json.length > charLimit / 10) return;
    const now = clock.now().getTime();
    const old = region.entries.get(key);
    if (old) drop(old);
    makeRoom(now);
    const entry = { region, key, json, until: now + ttlMs };
    region.entries.set(key, entry);
    byAge.add(entry);
    chars += json.length;
  };

  const loadOnce = (region: Region, key: string, ttlMs: number, load: () => Promise<unknown>) => {
    const loading = (async () => {
      try {
        const json = JSON.stringify(await Promise.resolve().then(load)) as string | undefined;
        if (json !== undefined) keep(region, key, json, ttlMs);
        return json;
      } finally {
        region.loads.delete(key);
        forgetIfEmpty(region);
      }
    })();
    region.loads.set(key, loading);
    return loading;
  };

  return {
    async through<T>(name: string, key: string, ttlMs: number, load: () => Promise<T>): Promise<T> {
      const region = regionOf(name);
      const entry = region.entries.get(key);
      if (entry && entry.until > clock.now().getTime()) return JSON.parse(entry.json);
      const json = await (region.loads.get(key) ?? loadOnce(region, key, ttlMs, load));
      return json === undefined ? (undefined as T) : JSON.parse(json);
    },
    async clear(name) {
      const region = regions.get(name);
      regions.delete(name);
      for (const entry of region?.entries.values() ?? []) drop(entry);
    },
  };
};
