import type { Order } from '@shop/sdk/api.ts';
import { mine } from '../../client/query.ts';
import { shop } from '../../client/shop.ts';
import type { Tone } from '../../ui/badge.tsx';

export const orderQuery = (userId: string | undefined, id: string) => ({
  queryKey: mine(userId, 'order', id),
  queryFn: ({ signal }: { signal: AbortSignal }) => shop.orders.get(id, { signal }),
  enabled: userId !== undefined,
});

const statusWords: Record<Order['status'], { text: string; tone: Tone }> = {
  created: { text: 'Being confirmed', tone: 'info' },
  confirmed: { text: 'Confirmed', tone: 'accent' },
  shipped: { text: 'Shipped', tone: 'info' },
  delivered: { text: 'Delivered', tone: 'success' },
  cancelled: { text: 'Cancelled', tone: 'neutral' },
};

/** The state of an order in a word or two. */
export const orderWords = ({ status, cancelRequested }: Order): { text: string; tone: Tone } =>
  cancelRequested && status !== 'cancelled' ? { text: 'Being cancelled', tone: 'warning' } : statusWords[status];

/** An order can be called back until it is on its way. */
export const isCancellable = ({ status, cancelRequested }: Order): boolean =>
  (status === 'created' || status === 'confirmed') && !cancelRequested;

export const historyWords: Record<Order['status'], string> = {
  created: 'Ordered',
  confirmed: 'Confirmed',
  shipped: 'Shipped',
  delivered: 'Delivered',
  cancelled: 'Cancelled',
};
