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

/** Clearing replaces the region's object; what was loaded for the old one is left behind with it. */
interface Region {
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

  const drop = (entry: Entry): void => {
    if (!byAge.delete(entry)) return;
    chars -= entry.json.length;
    entry.region.entries.delete(entry.key);
  };

  const makeRoom = (): void => {
    if (byAge.size < entryLimit && chars <= charLimit) return;
    const now = clock.now().getTime();
    for (const entry of byAge) if (entry.until <= now) drop(entry);
    for (const entry of byAge) {
      if (byAge.size < entryLimit && chars <= charLimit) return;
      drop(entry);
    }
  };

  const regionOf = (name: string): Region => {
    const region = regions.get(name) ?? { entries: new Map(), loads: new Map() };
    regions.set(name, region);
    return region;
  };

  const keep = (name: string, region: Region, key: string, json: string, ttlMs: number): void => {
    if (regions.get(name) !== region) return;
    const old = region.entries.get(key);
    if (old) drop(old);
    makeRoom();
    const entry = { region, key, json, until: clock.now().getTime() + ttlMs };
    region.entries.set(key, entry);
    byAge.add(entry);
    chars += json.length;
  };

  const loadOnce = (name: string, region: Region, key: string, ttlMs: number, load: () => Promise<unknown>) => {
    const under = region.loads.get(key);
    if (under) return under;
    const loading = (async () => {
      try {
        const json = JSON.stringify(await load()) as string | undefined;
        if (json !== undefined) keep(name, region, key, json, ttlMs);
        return json;
      } finally {
        region.loads.delete(key);
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
      if (entry) drop(entry);
      const json = await loadOnce(name, region, key, ttlMs, load);
      return json === undefined ? (undefined as T) : JSON.parse(json);
    },
    async clear(name) {
      const region = regions.get(name);
      regions.delete(name);
      for (const entry of region?.entries.values() ?? []) drop(entry);
    },
  };
};
