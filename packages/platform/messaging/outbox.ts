import type { AnyShopEvent } from '@shop/contracts/events.ts';

/** Where a relay finds what a service has committed and not yet published. Each relay has a source of its own. */
export interface OutboxSource {
  /** The oldest unsent events of the shards that this relay owns, in order per key; `[]` when it owns none. */
  pending(limit: number): Promise<AnyShopEvent[]>;
  /** Forgets events that the log has acknowledged, as this source answered them. */
  sent(events: readonly AnyShopEvent[]): Promise<void>;
  /** How many events wait, for metrics and readiness. */
  depth(): Promise<number>;
  /** Gives up the shards, so that another relay need not wait for the leases to end. */
  release(): Promise<void>;
}
