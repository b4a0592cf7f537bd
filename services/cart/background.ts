import { keyByKey } from '@shop/platform/messaging/inbox.ts';
import type { Background } from '@shop/platform/service/background.ts';
import { cartGroup, cartHandlers, cartTopics } from './events.ts';
import type { CartService } from './service.ts';

export interface CartBackgroundDeps {
  cart: CartService;
  outbox: NonNullable<Background['outbox']>;
}

/** What the cart does beside requests. */
export const cartBackground = ({ cart, outbox }: CartBackgroundDeps): Background => ({
  name: 'cart',
  outbox,
  reactions: { group: cartGroup, topics: cartTopics, handlers: cartHandlers(cart), apply: keyByKey },
  askAboutOldHolds: cart.askAboutExpiredLocks,
});
