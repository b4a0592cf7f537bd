import type { NewEvent } from '@shop/contracts/events.ts';
import type { ReplicaProduct } from './catalogue.ts';
import type { Cart } from './domain.ts';

/** Where carts live, one document a user, and the carts' replica of the catalogue. */
export interface CartStore {
  /** The stored cart; undefined when the user's was never stored. */
  find(userId: string): Promise<Cart | undefined>;
  /**
   * One guarded write: stores `next` where the stored version is `expectedVersion` (0: where none is stored), together
   * with its events, or does nothing. True when it was stored. `next.version` is above `expectedVersion`.
   */
  save(next: Cart, expectedVersion: number, events: readonly NewEvent[]): Promise<boolean>;
  /** The products that have these SKUs among their variants now; unknown SKUs are left out. */
  catalogueOf(skus: readonly string[]): Promise<ReplicaProduct[]>;
  /** Stores a product unless the same or a newer version of it is stored. */
  saveProduct(product: ReplicaProduct): Promise<void>;
  /** Locked carts that are due to ask about their lock at `now`, the most overdue first. */
  expiredLocks(now: Date, limit: number): Promise<Cart[]>;
}
