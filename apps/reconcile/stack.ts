import { type CartDocument, cartSchema } from '@shop/cart/schema.mongo.ts';
import { createMongoCartStore } from '@shop/cart/store.mongo.ts';
import type { DiscountTables } from '@shop/discount/store.postgres.ts';
import type { InventoryTables } from '@shop/inventory/tables.postgres.ts';
import type { LogTables } from '@shop/platform/messaging/postgres-log-tables.ts';
import { connectMongo } from '@shop/platform/mongo/connect.ts';
import { connectionIn, connectPostgres } from '@shop/platform/postgres/connect.ts';
import { systemClock as clock, systemIds as ids } from '@shop/platform/time/system.ts';
import { createMongoProductStore } from '@shop/product/store.mongo.ts';
import { trusted } from 'mongoose';
import { type Books, waitingIn } from './books.ts';

/** Where each of the books is, as the services' environments have it. */
export interface BookUrls {
  inventory: string;
  discount: string;
  order: string;
  /** The journal. */
  events: string;
  product: string;
  cart: string;
}

/** The books of a shop whose services are processes of their own. */
export const stackBooks = async (urls: BookUrls): Promise<Books> => {
  const open = <Tables>(url: string) => connectPostgres<Tables>({ ...connectionIn(url), name: 'reconcile', max: 1 });
  const product = await connectMongo({ url: urls.product, name: 'reconcile', max: 1 });
  const cart = await connectMongo({ url: urls.cart, name: 'reconcile', max: 1 });
  const books = {
    inventory: open<InventoryTables>(urls.inventory),
    discount: open<DiscountTables>(urls.discount),
    order: open<unknown>(urls.order),
    events: open<LogTables>(urls.events),
  };
  const { inventory, discount, order } = books;
  const outboxes = {
    product: createMongoProductStore({ mongo: product, clock, ids }).outbox,
    cart: createMongoCartStore({ mongo: cart, clock, ids }).outbox,
  };
  const carts = cart.collection<CartDocument>('carts', cartSchema);
  return {
    ...books,
    async lockedCarts() {
      const locked = await carts.find({ 'cart.lock': trusted({ $exists: true }) }, { _id: 1 }).lean();
      return locked.map(({ _id }) => _id);
    },
    waiting: () =>
      Promise.all([
        ...Object.entries({ inventory, discount, order }).map(([service, pg]) => waitingIn(service, pg)),
        ...Object.entries(outboxes).map(async ([service, { source }]) => ({ service, count: await source.depth() })),
      ]),
    async close() {
      await Promise.all([product, cart, ...Object.values(books)].map((one) => one.close()));
    },
  };
};
