import type { Topic } from '@shop/contracts/events.ts';
import type { Handlers } from '@shop/platform/messaging/consumer.ts';
import type { Apply } from '@shop/platform/messaging/inbox.ts';
import type { Inventory } from './service.ts';

export const inventoryGroup = 'inventory';
export const inventoryTopics: readonly Topic[] = ['product', 'order'];

/** The catalogue makes and retires stock; orders commit what is held, or give it back. */
export const inventoryHandlers = <T>(inventory: Inventory<T>): Handlers<T> => ({
  'product.created': ({ data }, tx) => inventory.productChanged(data, tx),
  'product.updated': ({ data }, tx) => inventory.productChanged(data, tx),
  'product.deleted': ({ data }, tx) => inventory.productChanged(data, tx),
  'order.created': ({ data }, tx) => inventory.orderCreated(data, tx),
  'order.cancelled': ({ data }, tx) => inventory.orderCancelled(data, tx),
});

/** Buyers of a SKU wait for the transaction that has its lock: it shall not be a long one. */
const mostInOneTransaction = 25;

/**
 * Wraps the consumer's `apply`: each transaction takes its locks in sorted order before its first event, so that it
 * can't meet a checkout that reserves the same SKUs the other way round; and it handles few events.
 */
export const inSortedLocks = <T>(inventory: Pick<Inventory<T>, 'lockFor'>, apply: Apply<T>): Apply<T> => ({
  async batch(events, handle) {
    for (let from = 0; from < events.length; from += mostInOneTransaction) {
      const some = events.slice(from, from + mostInOneTransaction);
      let locked: T | undefined;
      await apply.batch(some, async (event, tx) => {
        // A transaction that is run again has to lock again.
        if (locked !== tx) await inventory.lockFor(some, tx);
        locked = tx;
        await handle(event, tx);
      });
    }
  },
  buried: (event) => apply.buried(event),
});
