import type { Api } from '@shop/sdk/api.ts';
import type { Service } from './services.ts';

/** An event as the journal shows it. */
export type JournalEvent = Api['GET /admin/events']['answer']['items'][number];

/** Who listens to what (asyncapi.json); a type that is not here is heard by nobody. */
const listeners: Record<string, readonly Service[]> = {
  'product.created': ['inventory', 'cart', 'discount'],
  'product.updated': ['inventory', 'cart', 'discount'],
  'product.deleted': ['inventory', 'cart', 'discount'],
  'order.created': ['inventory', 'cart', 'discount'],
  'order.cancelled': ['inventory', 'cart', 'discount'],
  'inventory.released': ['order'],
  'inventory.reservation_expired': ['order'],
  'cart.completed': ['order'],
  'cart.unlocked': ['order'],
  'cart.lock_expired': ['order'],
  'discount.released': ['order'],
  'discount.redemption_expired': ['order'],
};

export const eventTypes: readonly string[] = [
  ...Object.keys(listeners),
  'inventory.reserved',
  'inventory.committed',
  'inventory.adjusted',
  'discount.created',
  'discount.updated',
  'discount.applied',
  'order.confirmed',
  'order.shipped',
  'order.delivered',
].sort();

export const listenersOf = (type: string): readonly Service[] => listeners[type] ?? [];
