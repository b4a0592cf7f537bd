import type { CartCommands } from '@shop/contracts/commands.ts';
import type { User } from '@shop/platform/http/route.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { UserStore } from './store.ts';

interface CartMergeDeps {
  store: Pick<UserStore, 'find'>;
  cart: Pick<CartCommands, 'merge'>;
  clock: Clock;
  logger: Logger;
}

/** A sign-in waits this long for the carts to be merged. */
const mergeMs = 2_000;

/**
 * Makes what moves a guest's cart to the user who signed in. Never rejects: false where the carts stay apart, or where
 * that is not known after two seconds.
 */
export const createCartMerge =
  ({ store, cart, clock, logger }: CartMergeDeps) =>
  async (guest: User, toUserId: string): Promise<boolean> => {
    const patience = new AbortController();
    try {
      // The token may be older than its user's upgrade: a customer's cart is not a guest's to give away.
      if ((await store.find(guest.id))?.role !== 'guest') return false;
      const late = clock.sleep(mergeMs, patience.signal).then(() => ({ merged: false }));
      return (await Promise.race([cart.merge({ fromUserId: guest.id, toUserId }), late])).merged;
    } catch (error) {
      logger.warn({ err: error, guest: guest.id }, "a guest's cart could not be merged");
      return false;
    } finally {
      patience.abort();
    }
  };
