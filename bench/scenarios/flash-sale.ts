import { ShopError } from '@shop/sdk/errors.ts';
import type { Shop } from '@shop/sdk/shop.ts';
import type { Market } from '../goods.ts';
import { forAll } from '../rounds.ts';
import type { Scenario } from '../scenario.ts';

export const flashBuyers = 2_000;
const units = 100;
const atOnce = 16;

/**
 * One SKU of a hundred units, and two thousand buyers who all want one at the same moment. A refusal is an answer: an
 * attempt fails where there is neither an order nor `OUT_OF_STOCK`.
 */
export const flashSale = (market: Market): Scenario => {
  const shops: Shop[] = [];
  let sales = 0;
  let sku = '';
  let told = { orders: 0, refused: 0 };

  const open = async (): Promise<void> => {
    sales += 1;
    sku = `${market.goods.skus[0]}-FLASH-${sales}`;
    const price = { amount: 9900, currency: 'USD' };
    await market.admin_.products.create({ title: `Flash ${sku}`, variants: [{ sku, price, initialStock: units }] });
    await market.admin_.inventory.get(sku);
  };

  const attempt = async (shop: Shop): Promise<void> => {
    try {
      const { status } = await shop.checkouts.buy();
      if (status !== 'completed') throw new Error(`the checkout is ${status}`);
      told.orders += 1;
    } catch (error) {
      if (!(error instanceof ShopError) || error.code !== 'OUT_OF_STOCK') throw error;
      told.refused += 1;
    }
  };

  return {
    async prepare(count) {
      // Whoever is asked to come back comes back, as the SDK does by itself.
      while (shops.length < count) shops.push(market.visit(4));
      await open();
      told = { orders: 0, refused: 0 };
      await forAll(shops, atOnce, async (shop) => {
        if (sales === 1) await shop.auth.guest();
        else await shop.cart.empty();
        await shop.cart.add(sku, 1);
      });
      return shops.map((shop) => () => attempt(shop));
    },
    async counts() {
      const { onHand, available } = await market.admin_.inventory.get(sku);
      return { ...told, 'units left': available, 'units on hand': onHand };
    },
  };
};
