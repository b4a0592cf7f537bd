import { fillCarts, type Market } from '../goods.ts';
import type { Scenario } from '../scenario.ts';

const buy = async (shop: Awaited<ReturnType<Market['buyers']>>[number]): Promise<void> => {
  const { status } = await shop.checkouts.buy();
  if (status !== 'completed') throw new Error(`the checkout is ${status}`);
};

/** The checkout alone: carts of two items and a voucher are there when the clock starts. */
export const checkout = (market: Market): Scenario => ({
  async prepare(count) {
    const buyers = await market.buyers(count);
    await fillCarts(buyers, market.goods);
    return buyers.map((shop) => () => buy(shop));
  },
});
