import type { Cart } from './domain.ts';

/** The carts that were stored last, as they were stored; so many, the one that was not touched for longest goes. */
export interface RecentCarts {
  get(userId: string): Cart | undefined;
  keep(cart: Cart): void;
  drop(userId: string): void;
}

/**
 * A memory of carts that saves reading them. It may be behind what is stored, so nothing may follow from it but a guarded
 * write: that is refused where the cart has another version by now.
 */
export const recentCarts = (most = 5_000): RecentCarts => {
  const carts = new Map<string, Cart>();
  return {
    get: (userId) => carts.get(userId),
    keep(cart) {
      carts.delete(cart.userId);
      carts.set(cart.userId, cart);
      if (carts.size > most) carts.delete(carts.keys().next().value ?? '');
    },
    drop: (userId) => void carts.delete(userId),
  };
};
