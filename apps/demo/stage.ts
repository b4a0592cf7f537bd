import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import type { Api, Stock, Voucher } from '@shop/sdk/api.ts';
import { createShop, type Shop } from '@shop/sdk/shop.ts';

export interface Admin {
  email: string;
  password: string;
}

/** Who signed in as the seller is none. */
export class NoAdmin extends Error {}

/** Something on sale: a product of one SKU. */
export interface Thing {
  title: string;
  sku: string;
}

type NewVoucher = Api['POST /vouchers']['body'];
/** What a voucher is beside its code; each of the demo's works once, so that a use not returned would show. */
type Terms = NewVoucher extends infer One ? (One extends NewVoucher ? Omit<One, 'code'> : never) : never;

/** Where a chapter plays: a shop, with its seller signed in. */
export interface Stage {
  url: string;
  seller: Shop;
  /** The shop's one currency. */
  money: (amount: number) => { amount: number; currency: string };
  /** A buyer with an address of their own. */
  customer(name: string): Promise<Shop>;
  /** A buyer without. */
  guest(): Promise<Shop>;
  thing(title: string, price: number, stock: number): Promise<Thing>;
  voucher(word: string, terms: Terms): Promise<Voucher>;
  stockOf(thing: Thing): Promise<Stock>;
  /** Takes off sale what was put on it for the chapter; orders stay. */
  clear(): Promise<void>;
}

/** Signs in as the seller. Everything made on the stage has a name that no other run has. */
export const openStage = async (url: string, admin: Admin, ids: Ids): Promise<Stage> => {
  const seller = createShop({ url });
  const { user } = await seller.auth.login(admin);
  if (user.role !== 'admin')
    throw new NoAdmin(`${admin.email} is no admin of the shop at ${url}; set ADMIN_EMAIL and ADMIN_PASSWORD.`);
  const { currency } = await seller.cart.get();
  const money = (amount: number) => ({ amount, currency });
  const unique = () => ids.uuid().slice(-6).toUpperCase();
  const products: string[] = [];
  const codes: string[] = [];

  return {
    url,
    seller,
    money,
    async customer(name) {
      const shop = createShop({ url });
      const email = `${name}-${unique()}@example.com`.toLowerCase();
      await shop.auth.register({ email, password: ids.secret(18), name });
      return shop;
    },
    async guest() {
      const shop = createShop({ url });
      await shop.auth.guest();
      return shop;
    },
    async thing(title, price, stock) {
      const name = title.toUpperCase().replaceAll(' ', '-');
      const sku = `${name}-${unique()}`;
      const variant = { sku, price: money(price), initialStock: stock };
      const { id } = await seller.products.create({
        handle: `demo-${sku.toLowerCase()}`,
        title,
        status: 'active',
        category: 'Demo',
        variants: [variant],
      });
      products.push(id);
      return { title, sku };
    },
    async voucher(word, terms) {
      const voucher = await seller.vouchers.create({ ...terms, code: `${word}-${unique()}` });
      codes.push(voucher.code);
      return voucher;
    },
    stockOf: ({ sku }) => seller.inventory.get(sku),
    async clear() {
      for (const id of products.splice(0)) await seller.products.remove(id);
      for (const code of codes.splice(0)) await seller.vouchers.stop(code);
    },
  };
};

/** Asks until it holds, for 5 s at most: what events bring about takes a moment. Answers what it found last. */
export const soon = async <T>(clock: Clock, ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> => {
  let value = await ask();
  for (let tries = 0; tries < 50 && !holds(value); tries += 1) {
    await clock.sleep(100);
    value = await ask();
  }
  return value;
};
