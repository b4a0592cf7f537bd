import type { NewEvent, Topic } from '@shop/contracts/events.ts';
import type { Handlers } from '@shop/platform/messaging/consumer.ts';
import { availableOf, type Stock } from './domain.ts';
import type { Inventory } from './service.ts';
import type { Adjustment } from './store.ts';

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

/** What is said of stock that was adjusted. */
export const adjusted = (stock: Stock, { delta, reason }: Pick<Adjustment, 'delta' | 'reason'>): NewEvent => ({
  type: 'inventory.adjusted',
  key: stock.sku,
  data: {
    sku: stock.sku,
    delta,
    reason,
    onHand: stock.onHand,
    reserved: stock.reserved,
    available: availableOf(stock),
    version: stock.version,
  },
});

/** The question of a hold that is older than its time. */
export const reservationExpired = ({
  sagaId,
  orderId,
  userId,
  version,
}: {
  sagaId: string;
  orderId: string;
  userId: string;
  version: number;
}): NewEvent => ({
  type: 'inventory.reservation_expired',
  key: orderId,
  data: { sagaId, orderId, userId, version },
});
