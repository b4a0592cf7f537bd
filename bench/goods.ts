import { createShop, type Shop } from '@shop/sdk/shop.ts';
import { keepAliveFetch } from './keep-alive.ts';
import { forAll } from './rounds.ts';

/** Where a shop is, and who may make products there. */
export interface Place {
  url: string;
  admin: { email: string; password: string };
}

/** What is bought: many products that never run out, some vouchers that anybody may use. */
export interface Goods {
  skus: readonly string[];
  vouchers: readonly string[];
  productIds: readonly string[];
}

export const products = 200;
const voucherCount = 10;
const plenty = 1_000_000;
const atOnce = 16;

export interface Market extends Place {
  goods: Goods;
  admin_: Shop;
  /** A shop for one buyer, over connections that all buyers share; nothing is sent again by itself unless asked. */
  visit(attempts?: number): Shop;
  /** So many buyers who are signed in; the same ones each time. */
  buyers(count: number): Promise<readonly Shop[]>;
  close(): Promise<void>;
}

const makeGoods = async (shop: Shop, run: string): Promise<Goods> => {
  const numbers = Array.from({ length: products }, (_, at) => at);
  const skus = numbers.map((at) => `BENCH-${run}-${at}`);
  const productIds: string[] = [];
  await forAll(numbers, atOnce, async (at) => {
    const { id } = await shop.products.create({
      title: `Bench ${run} number ${at}`,
      description: 'Bought again and again, to see how fast that goes.',
      brand: `Brand ${at % 7}`,
      category: `Category ${at % 5}`,
      variants: [{ sku: skus[at] ?? '', price: { amount: 500 + at, currency: 'USD' }, initialStock: plenty }],
    });
    productIds.push(id);
  });
  const vouchers = Array.from({ length: voucherCount }, (_, at) => `BENCH${run}${at}`.toUpperCase());
  await forAll(vouchers, atOnce, (code) =>
    shop.vouchers.create({ code, type: 'percentage', value: 1000, scope: { kind: 'order' }, combinable: false }),
  );
  return { skus, vouchers, productIds };
};

/** Opens a shop for the load: signs in the admin, makes the goods. Stock is there as soon as somebody asks for it. */
export const openMarket = async (place: Place, connections: number): Promise<Market> => {
  const { fetch, close } = keepAliveFetch(connections);
  const visit = (attempts = 1): Shop => createShop({ url: place.url, fetch, attempts, timeoutMs: 30_000 });
  const admin_ = visit(4);
  await admin_.auth.login(place.admin);
  const goods = await makeGoods(admin_, Date.now().toString(36));
  // Asked for once, whoever learns of products by events has them.
  await forAll(goods.skus, atOnce, (sku) => admin_.inventory.get(sku));
  const known: Shop[] = [];
  return {
    ...place,
    goods,
    admin_,
    visit,
    async buyers(count) {
      const missing = Array.from({ length: Math.max(0, count - known.length) }, () => visit());
      await forAll(missing, atOnce, (shop) => shop.auth.guest());
      known.push(...missing);
      return known.slice(0, count);
    },
    close,
  };
};

/** Two items and a voucher, by turns. */
export const basketOf = ({ skus, vouchers }: Goods, turn: number): { skus: [string, string]; voucher: string } => ({
  skus: [skus[(turn * 7) % skus.length] ?? '', skus[(turn * 7 + 31) % skus.length] ?? ''],
  voucher: vouchers[turn % vouchers.length] ?? '',
});

/** Puts a basket into a buyer's cart. */
export const fillCart = async (shop: Shop, goods: Goods, turn: number): Promise<void> => {
  const basket = basketOf(goods, turn);
  for (const sku of basket.skus) await shop.cart.add(sku, 1);
  await shop.cart.addVoucher(basket.voucher);
};

/** Fills the carts of buyers, a few at a time. */
export const fillCarts = (buyers: readonly Shop[], goods: Goods): Promise<void> =>
  forAll([...buyers.entries()], atOnce, ([turn, shop]) => fillCart(shop, goods, turn));
