/**
 * A cache in regions that are emptied as a whole. A value loaded before a `clear` is never served after it, even when
 * the load ends later. An adapter whose server is gone loads every time.
 */
export interface Cache {
  /** The cached value of `key`, or what `load` answers, kept for `ttlMs`. Values are JSON; `undefined` is not kept. */
  through<T>(region: string, key: string, ttlMs: number, load: () => Promise<T>): Promise<T>;
  clear(region: string): Promise<void>;
}
