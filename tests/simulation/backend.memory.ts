import type { Cart } from '@shop/cart/domain.ts';
import { createMemoryCartStore, createMemoryCarts } from '@shop/cart/store.memory.ts';
import { createMemoryDiscountStore } from '@shop/discount/store.memory.ts';
import { createMemoryDiscount } from '@shop/discount/tables.memory.ts';
import { createMemoryInventoryStore } from '@shop/inventory/store.memory.ts';
import { createMemoryInventory } from '@shop/inventory/tables.memory.ts';
import { createMemoryOrderStore } from '@shop/order/store.memory.ts';
import { createMemoryOrders } from '@shop/order/tables.memory.ts';
import type { Apply } from '@shop/platform/messaging/inbox.ts';
import { memoryInbox } from '@shop/platform/messaging/memory-inbox.ts';
import {
  createMemoryOutbox,
  type MemoryOutboxData,
  memoryOutboxSource,
} from '@shop/platform/messaging/memory-outbox.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { createMemoryProductStore, createMemoryProducts } from '@shop/product/store.memory.ts';
import type { Backend, Books, Connection } from './backend.ts';

type Inventory = ReturnType<Backend['inventory']>;
type Discount = ReturnType<Backend['discount']>;

/** Empty stores in memory, which judge leases by `serverClock`. */
export const memoryBackend = (serverClock: Clock): Backend => {
  const products = createMemoryProducts();
  const carts = createMemoryCarts();
  const stock = createMemoryInventory();
  const vouchers = createMemoryDiscount();
  const orders = createMemoryOrders();

  /** The time of events is their process's, that of leases the server's. */
  const outboxOf = (service: string, data: MemoryOutboxData, { clock, ids }: Connection) => ({
    ...createMemoryOutbox({ data, service, clock, ids }),
    source: memoryOutboxSource({ data, service, clock: serverClock, ids }),
  });

  /** Documents are read again and again, and change seldom. */
  const read = new Map<string, Cart>();
  const cartOf = (document: string): Cart => {
    const known = read.get(document);
    if (known) return known;
    const cart: Cart = JSON.parse(document);
    read.set(document, cart);
    return cart;
  };

  const backend: Backend = {
    product(connection) {
      const outbox = outboxOf('product', products.outbox, connection);
      return { store: createMemoryProductStore(products, outbox), outbox };
    },
    cart(connection) {
      const outbox = outboxOf('cart', carts.outbox, connection);
      return { store: createMemoryCartStore(carts, outbox), outbox };
    },
    inventory(connection) {
      const outbox = outboxOf('inventory', stock.outbox, connection);
      const store = createMemoryInventoryStore({ data: stock, outbox }) as unknown as Inventory['store'];
      return { store, outbox, inbox: memoryInbox(stock.inbox, 'inventory') as unknown as Apply<unknown> };
    },
    discount(connection) {
      const outbox = outboxOf('discount', vouchers.outbox, connection);
      const { ids } = connection;
      const store = createMemoryDiscountStore({ data: vouchers, outbox, ids }) as unknown as Discount['store'];
      return { store, outbox, inbox: memoryInbox(vouchers.inbox, 'discount') as unknown as Apply<unknown> };
    },
    order(connection) {
      const outbox = outboxOf('order', orders.outbox, connection);
      return { store: createMemoryOrderStore({ ...connection, data: orders, outbox, clock: serverClock }), outbox };
    },
    read: (): Books => ({
      get stock() {
        return [...stock.stock.all()];
      },
      get holds() {
        return [...stock.reservations.all()].map(({ sagaId, state, lines }) => ({ sagaId, state, lines: [...lines] }));
      },
      get vouchers() {
        return [...vouchers.vouchers.all()];
      },
      get redemptions() {
        return [...vouchers.redemptions.all()].map((row) => ({ ...row, isLive: row.releasedAt === null }));
      },
      get applications() {
        return [...vouchers.applications.all()];
      },
      get sagas() {
        return [...orders.sagas.all()].map(({ saga }) => saga);
      },
      get orders() {
        return [...orders.orders.all()].map((row) => ({ ...row.order, cancelRequested: row.cancelRequested !== null }));
      },
      get carts() {
        return [...carts.carts.all()].map(({ document }) => cartOf(document));
      },
      get waiting() {
        return [products, carts, stock, vouchers, orders].reduce((sum, { outbox }) => sum + outbox.events.size(), 0);
      },
    }),
    async audit() {
      const auditor = { clock: serverClock, ids: silentIds, changed: () => {} };
      const { inventory, discount, order } = backend;
      const stores = [inventory(auditor).store, discount(auditor).store, order(auditor).store];
      return (await Promise.all(stores.map((store) => store.audit()))).flat();
    },
  };
  return backend;
};

/** Who only looks makes no ids. */
const silentIds = { uuid: () => '', secret: () => '', fraction: () => 0 };
