import { stopwatch } from '@shop/platform/time/system.ts';
import { ShopError } from '@shop/sdk/errors.ts';
import type { Shop } from '@shop/sdk/shop.ts';
import type { Chapter } from './scene.ts';
import { soon } from './stage.ts';

/** What a purchase came to: an order's number, or the shop's refusal. */
const purchase = async (buyer: Shop) => {
  const elapsed = stopwatch();
  try {
    const { orderId } = await buyer.checkouts.buy();
    const ms = elapsed();
    return { order: (await buyer.orders.get(orderId)).number, ms };
  } catch (error) {
    if (!(error instanceof ShopError && error.problem.checkoutId)) throw error;
    return { refusal: error.problem, ms: elapsed() };
  }
};

/** Two want what is there once; the guard stands in the statement that writes. */
export const lastUnit: Chapter = {
  title: 'The last unit',
  async tell({ stage, page, clock }) {
    const lamp = await stage.thing('Night lamp', 3990, 1);
    const names = ['Ada', 'Eve'];
    page.say(`One lamp is left. ${names.join(' and ')} both have it in their cart, and buy at the same moment.`);
    const buyers = [await stage.guest(), await stage.guest()];
    for (const buyer of buyers) await buyer.cart.add(lamp.sku);

    const outcomes = await Promise.all(buyers.map(purchase));
    page.table(
      ['buyer', 'answered', 'with'],
      outcomes.map(({ order, refusal, ms }, at) => {
        const [short] = refusal?.errors ?? [];
        const refused = `${refusal?.code}: ${short?.requested} wanted, ${short?.available} there`;
        return [names[at] ?? '', `${Math.round(ms)} ms`, order ? `order ${order}` : refused];
      }),
      [1],
    );
    const orders = outcomes.filter(({ order }) => order !== undefined);
    const refused = outcomes.filter(({ refusal }) => refusal?.code === 'OUT_OF_STOCK');
    page.proven('one order, one refusal', orders.length === 1 && refused.length === 1);
    const stock = await soon(
      clock,
      () => stage.stockOf(lamp),
      ({ reserved }) => reserved === 0,
    );
    page.proven(
      `stock ${stock.onHand}, reserved ${stock.reserved}: never below zero`,
      stock.onHand === 0 && stock.reserved === 0,
    );
    const [loser] = buyers.filter((_buyer, at) => outcomes[at]?.refusal);
    const cart = await loser?.cart.get();
    page.proven(
      'whoever came second has an open cart, with the lamp still in it',
      cart?.status === 'open' && cart.items.length === 1,
    );
  },
};
