/** Where time comes from. The system's clock in production, a seeded one where histories are replayed. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms`; resolves early, without an error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
