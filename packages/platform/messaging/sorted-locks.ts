import type { AnyShopEvent } from '@shop/contracts/events.ts';
import type { Apply } from './inbox.ts';

/** Buyers of a SKU or users of a voucher wait for the transaction that has its lock: it shall not be a long one. */
const mostInOneTransaction = 25;

/** Takes the locks that these events will need, in one order for all who lock. */
export type LockFor<T> = (events: readonly AnyShopEvent[], tx: T) => Promise<void>;

/**
 * Wraps a consumer's `apply`: each transaction takes its locks in sorted order before its first event, so that it can't
 * meet a checkout that wants the same rows the other way round; and it handles few events.
 */
export const inSortedLocks = <T>(lockFor: LockFor<T>, apply: Apply<T>): Apply<T> => ({
  async batch(events, handle) {
    for (let from = 0; from < events.length; from += mostInOneTransaction) {
      const some = events.slice(from, from + mostInOneTransaction);
      let locked: T | undefined;
      await apply.batch(some, async (event, tx) => {
        // A transaction that is run again has to lock again.
        if (locked !== tx) await lockFor(some, tx);
        locked = tx;
        await handle(event, tx);
      });
    }
  },
  buried: (event) => apply.buried(event),
});
