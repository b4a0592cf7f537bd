import { fillCart, type Market } from '../goods.ts';
import type { Scenario } from '../scenario.ts';

/** The whole way of a new guest: five requests, the last of them the checkout. */
export const journey = (market: Market): Scenario => ({
  prepare: async (count) =>
    Array.from({ length: count }, (_, turn) => async () => {
      const shop = market.visit();
      await shop.auth.guest();
      await fillCart(shop, market.goods, turn);
      const { status } = await shop.checkouts.buy();
      if (status !== 'completed') throw new Error(`the checkout is ${status}`);
    }),
});
