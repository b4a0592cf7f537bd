import type { Shop } from '@shop/sdk/shop.ts';
import { fillCarts, type Market } from '../goods.ts';
import type { Scenario } from '../scenario.ts';

/** So many visitors have a cart; they come by turns. */
const visitors = 50;

/** One request each, by turns: a page of the catalogue, a search, a product, its stock, the cart, its price. */
const looks = ({ goods }: Market): ((shop: Shop, turn: number) => Promise<unknown>)[] => [
  (shop) => shop.products.list({ limit: 20 }),
  (shop, turn) => shop.products.list({ search: `bench ${turn % 100}`, limit: 20 }),
  (shop, turn) => shop.products.get(goods.productIds[turn % goods.productIds.length] ?? ''),
  (shop, turn) => shop.inventory.get(goods.skus[turn % goods.skus.length] ?? ''),
  (shop) => shop.cart.get(),
  (shop) => shop.cart.quote(),
];

/** What visitors look at, each request for itself. */
export const reads = (market: Market): Scenario => {
  const kinds = looks(market);
  let filled: Promise<readonly Shop[]> | undefined;
  const fill = async (): Promise<readonly Shop[]> => {
    const shops = Array.from({ length: visitors }, () => market.visit());
    for (const shop of shops) await shop.auth.guest();
    await fillCarts(shops, market.goods);
    return shops;
  };
  return {
    async prepare(count) {
      filled ??= fill();
      const shops = await filled;
      return Array.from({ length: count }, (_, turn) => () => {
        const shop = shops[turn % shops.length] as Shop;
        return (kinds[turn % kinds.length] as (typeof kinds)[number])(shop, turn);
      });
    },
  };
};
