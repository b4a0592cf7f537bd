import type { Topic } from '@shop/contracts/events.ts';
import type { Handlers } from '@shop/platform/messaging/consumer.ts';
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
