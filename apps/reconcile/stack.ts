import { type CartDocument, cartSchema } from '@shop/cart/schema.mongo.ts';
import type { DiscountTables } from '@shop/discount/store.postgres.ts';
import type { InventoryTables } from '@shop/inventory/tables.postgres.ts';
import type { LogTables } from '@shop/platform/messaging/postgres-log-tables.ts';
import { connectMongo } from '@shop/platform/mongo/connect.ts';
import type { WithPending } from '@shop/platform/mongo/pending.ts';
import { connectionIn, connectPostgres } from '@shop/platform/postgres/connect.ts';
import { productSchema } from '@shop/product/schema.mongo.ts';
import { type Model, trusted } from 'mongoose';
import { type Books, SHOWN, STATEMENT_MS, type WaitingEvent, waitingIn } from './books.ts';

/** Where each of the books is, as the services' environments have it. */
export interface BookUrls {
  identity: string;
  inventory: string;
  discount: string;
  order: string;
  /** The journal. */
  events: string;
  product: string;
  cart: string;
}

/** What waits in the documents of a service. */
const waitingInDocuments = async (service: string, documents: Model<WithPending>): Promise<WaitingEvent[]> => {
  const found = await documents
    .find({ 'pending.0': trusted({ $exists: true }) }, { pending: 1 })
    .limit(SHOWN)
    .lean();
  return found
    .flatMap(({ pending }) => pending)
    .slice(0, SHOWN)
    .map(({ id, type }) => ({ service, id, type }));
};

/** The books of a shop whose services are processes of their own. */
export const stackBooks = async (urls: BookUrls): Promise<Books> => {
  const open = <Tables>(url: string) =>
    connectPostgres<Tables>({ ...connectionIn(url), name: 'reconcile', max: 1, statementTimeoutMs: STATEMENT_MS });
  const product = await connectMongo({ url: urls.product, name: 'reconcile', max: 1 });
  const cart = await connectMongo({ url: urls.cart, name: 'reconcile', max: 1 });
  const carts = cart.collection<CartDocument>('carts', cartSchema);
  const products = product.collection('products', productSchema);
  const books = {
    inventory: open<InventoryTables>(urls.inventory),
    discount: open<DiscountTables>(urls.discount),
    order: open<unknown>(urls.order),
    events: open<LogTables>(urls.events),
  };
  const { inventory, discount, order } = books;
  return {
    ...books,
    async lockedCarts() {
      const locked = await carts
        .find({ 'cart.lock': trusted({ $exists: true }) }, { 'cart.lock.sagaId': 1 })
        .lean<Pick<CartDocument, '_id' | 'cart'>[]>();
      return locked.map(({ _id, cart: { lock } }) => ({ user: _id, saga: lock?.sagaId ?? '' }));
    },
    async waitingEvents() {
      const waiting = [
        ...Object.entries({ inventory, discount, order }).map(([service, pg]) => waitingIn(service, pg)),
        waitingInDocuments('product', products as unknown as Model<WithPending>),
        waitingInDocuments('cart', carts as unknown as Model<WithPending>),
      ];
      return (await Promise.all(waiting)).flat();
    },
    async close() {
      await Promise.all([product, cart, ...Object.values(books)].map((one) => one.close()));
    },
  };
};
