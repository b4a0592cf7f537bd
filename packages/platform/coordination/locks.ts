/**
 * Locks that spare work. Nothing may depend on them for correctness: an adapter whose server is gone answers "acquired".
 */
export interface Locks {
  /** True when `owner` holds `key` now (also when it held it before); the lock ends by itself after `ttlMs`. */
  acquire(key: string, owner: string, ttlMs: number): Promise<boolean>;
  /** Ends the lock if `owner` still holds it. */
  release(key: string, owner: string): Promise<void>;
}
