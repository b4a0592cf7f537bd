import { cartGroup, cartHandlers, cartTopics } from '@shop/cart/events.ts';
import { createCart } from '@shop/cart/service.ts';
import { httpCartCommands } from '@shop/clients/cart.ts';
import { httpCatalogueQueries } from '@shop/clients/catalogue.ts';
import { httpDiscountCommands } from '@shop/clients/discount.ts';
import { httpInventoryCommands } from '@shop/clients/inventory.ts';
import { discountGroup, discountHandlers, discountLocks, discountTopics } from '@shop/discount/events.ts';
import { createDiscount } from '@shop/discount/service.ts';
import { inventoryGroup, inventoryHandlers, inventoryTopics } from '@shop/inventory/events.ts';
import { createInventory } from '@shop/inventory/service.ts';
import { orderGroup, orderHandlers, orderTopics } from '@shop/order/events.ts';
import { channelOf } from '@shop/order/progress.ts';
import { startRecovery } from '@shop/order/recovery.ts';
import { createSagaRunner } from '@shop/order/saga-runner.ts';
import { createOrders } from '@shop/order/service.ts';
import { memoryCache } from '@shop/platform/coordination/memory-cache.ts';
import { startLoop } from '@shop/platform/lifecycle/loop.ts';
import { atMost } from '@shop/platform/messaging/at-most.ts';
import { startConsumer } from '@shop/platform/messaging/consumer.ts';
import { oneByOne } from '@shop/platform/messaging/inbox.ts';
import { startRelay } from '@shop/platform/messaging/relay.ts';
import { inSortedLocks } from '@shop/platform/messaging/sorted-locks.ts';
import type { Reactions } from '@shop/platform/service/background.ts';
import { createProduct } from '@shop/product/service.ts';
import type { Backend, Told } from './backend.ts';
import type { SharedLive, SharedLocks } from './coordination.ts';
import { type Holders, notingHolders, watchingHolders } from './holders.ts';
import type { SimulatedLog } from './log.ts';
import type { Network } from './network.ts';
import { CURRENCY } from './plan.ts';
import type { ServiceName } from './service-names.ts';
import type { Process, World } from './world.ts';

/** What the processes of a shop have in common. */
export interface Shop {
  world: World;
  network: Network;
  log: SimulatedLog;
  backend: Backend;
  /** Who may hold something for which saga. */
  holders: Holders;
  locks: SharedLocks;
  live: SharedLive;
}

const ASK_EVERY_MS = 5_000;
const ASK_BATCH = 100;
const BATCHES_AT_ONCE = 4;

const connectionOf = ({ world }: Shop, { clock }: Process, changed: (sagaId: string) => void = () => {}) => ({
  clock,
  ids: world.storeIds,
  changed,
});

/** What packages/platform/service/background.ts starts, without its metrics. */
const startMoving = async <T>(
  { world, log }: Shop,
  self: Process,
  outbox: Told,
  reactions?: Reactions<T>,
  ask?: (limit: number) => Promise<number>,
): Promise<void> => {
  const { clock, ids, logger } = self;
  const connected = log.connect(self);
  if (reactions) {
    const apply = atMost(BATCHES_AT_ONCE, reactions.apply);
    await startConsumer<T>({ ...reactions, apply, log: connected, clock, ids, logger });
  }
  const source = world.port(self, 'outbox', {
    ...outbox.source,
    async pending(limit: number) {
      const events = await outbox.source.pending(limit);
      log.expect(events);
      return events;
    },
  });
  startRelay({ source, onNudge: outbox.onNudge, log: connected, clock, logger });
  if (!ask) return;
  startLoop({
    name: `old holds of ${self.service}`,
    everyMs: ASK_EVERY_MS,
    work: async () => (await ask(ASK_BATCH)) === ASK_BATCH,
    clock,
    logger,
  });
};

const startProduct = async (shop: Shop, self: Process): Promise<void> => {
  const { world, network, backend } = shop;
  const { clock, ids } = self;
  const { store, outbox } = backend.product(connectionOf(shop, self));
  const cache = memoryCache(clock);
  const product = createProduct({ store: world.port(self, 'store', store), cache, clock, ids, currency: CURRENCY });
  await startMoving(shop, self, outbox);
  network.serve(self, {
    '/internal/product/bySkus': async ({ skus }: { skus: string[] }) => ({ products: await product.bySkus(skus) }),
    '/internal/product/byIds': async ({ ids }: { ids: string[] }) => ({ products: await product.byIds(ids) }),
    'product.create': (body: Parameters<typeof product.create>[0]) => product.create(body),
    'product.patch': ({ id, patch }: { id: string; patch: Parameters<typeof product.patch>[1] }) =>
      product.patch(id, patch),
    'product.remove': async ({ id }: { id: string }) => (await product.remove(id)) ?? { ok: true },
  });
};

const startInventory = async (shop: Shop, self: Process): Promise<void> => {
  const { world, network, backend } = shop;
  const { clock } = self;
  const { store: bare, inbox, outbox } = backend.inventory(connectionOf(shop, self));
  const { commit, undo, lockHolds, applyProduct } = bare;
  const port = world.port(self, 'store', bare);
  const store: typeof bare = {
    ...port,
    // Within a consumer's transaction they are no calls of their own.
    ...{ commit, undo, lockHolds },
    applyProduct: (product, now, tx) =>
      tx === undefined ? port.applyProduct(product, now) : applyProduct(product, now, tx),
  };
  const inventory = createInventory<unknown>({
    store,
    catalogue: httpCatalogueQueries(network.callerOf(self, 'product')),
    clock,
  });
  const apply = inSortedLocks<unknown>(inventory.lockFor, world.port(self, 'inbox', inbox));
  const handlers = inventoryHandlers(inventory);
  const reactions = { group: inventoryGroup, topics: inventoryTopics, handlers, apply };
  await startMoving(shop, self, outbox, reactions, inventory.askAboutExpiredHolds);
  network.serve(self, {
    '/internal/inventory/reserve': inventory.reserve,
    'inventory.adjust': ({ adjustment, key }: { adjustment: Parameters<typeof inventory.adjust>[0]; key?: string }) =>
      inventory.adjust(adjustment, key ? { userId: adjustment.by, key, requestHash: 'adjust' } : undefined),
  });
};

const startDiscount = async (shop: Shop, self: Process): Promise<void> => {
  const { world, network, backend } = shop;
  const { clock } = self;
  const { store: bare, inbox, outbox } = backend.discount(connectionOf(shop, self));
  const store: typeof bare = {
    ...world.port(self, 'store', bare),
    vouchers: world.port(self, 'store', bare.vouchers),
    applications: world.port(self, 'store', bare.applications),
    catalogue: world.port(self, 'store', bare.catalogue),
  };
  const { effects } = bare;
  const discount = createDiscount({
    store,
    catalogue: httpCatalogueQueries(network.callerOf(self, 'product')),
    clock,
    currency: CURRENCY,
  });
  const apply = inSortedLocks(discountLocks({ effects, clock }), world.port(self, 'inbox', inbox));
  const handlers = discountHandlers({ effects, clock });
  const reactions = { group: discountGroup, topics: discountTopics, handlers, apply };
  await startMoving(shop, self, outbox, reactions, discount.askAboutExpiredApplications);
  const { vouchers } = discount;
  network.serve(self, {
    '/internal/discount/quote': discount.quote,
    '/internal/discount/apply': discount.apply,
    'vouchers.create': (draft: Parameters<typeof vouchers.create>[0]) => vouchers.create(draft),
    'vouchers.find': ({ code }: { code: string }) => vouchers.find(code),
    'vouchers.change': ({ code, change }: { code: string; change: Parameters<typeof vouchers.change>[1] }) =>
      vouchers.change(code, change, undefined),
    'vouchers.stop': async ({ code }: { code: string }) => (await vouchers.stop(code, undefined)) ?? { ok: true },
  });
};

const startCart = async (shop: Shop, self: Process): Promise<void> => {
  const { world, network, backend } = shop;
  const { clock, ids } = self;
  const { store, outbox } = backend.cart(connectionOf(shop, self));
  const cart = createCart({
    store: world.port(self, 'store', store),
    catalogue: httpCatalogueQueries(network.callerOf(self, 'product')),
    discount: httpDiscountCommands(network.callerOf(self, 'discount')),
    clock,
    ids,
    currency: CURRENCY,
  });
  const reactions = { group: cartGroup, topics: cartTopics, handlers: cartHandlers(cart), apply: oneByOne };
  await startMoving(shop, self, outbox, reactions, cart.askAboutExpiredLocks);
  type Buyer = Parameters<typeof cart.view>[0];
  type Item = { user: Buyer; item: { sku: string; quantity: number }; ifMatch?: number };
  type Voucher = { user: Buyer; code: string };
  network.serve(self, {
    '/internal/cart/lock': cart.lock,
    '/internal/cart/complete': cart.complete,
    '/internal/cart/merge': cart.merge,
    'cart.view': ({ user }: { user: Buyer }) => cart.view(user),
    'cart.quote': ({ user }: { user: Buyer }) => cart.quote(user),
    'cart.addItem': ({ user, item, ifMatch }: Item) => cart.addItem(user, item, ifMatch),
    'cart.setQuantity': ({ user, item, ifMatch }: Item) => cart.setQuantity(user, item, ifMatch),
    'cart.removeItem': ({ user, sku }: { user: Buyer; sku: string }) => cart.removeItem(user, sku),
    'cart.clear': ({ user }: { user: Buyer }) => cart.clear(user),
    'cart.addVoucher': ({ user, code }: Voucher) => cart.addVoucher(user, code),
    'cart.removeVoucher': ({ user, code }: Voucher) => cart.removeVoucher(user, code),
  });
};

/** A first heartbeat that fails is tried again, as a process waits for its database. */
const patiently = async <T>({ clock }: Process, start: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await start();
    } catch {
      await clock.sleep(200);
    }
  }
};

const startOrder = async (shop: Shop, self: Process): Promise<void> => {
  const { world, network, backend } = shop;
  const { clock, ids, logger } = self;
  const live = shop.live.connect(self);
  const changed = (id: string) => live.publish(channelOf(id), { stored: true });
  const { store: bare, outbox } = backend.order(connectionOf(shop, self, changed));
  const store = watchingHolders(world.port(self, 'store', bare), shop.holders, world.fail);
  const commands = {
    cart: httpCartCommands(network.callerOf(self, 'cart')),
    discount: httpDiscountCommands(network.callerOf(self, 'discount')),
    inventory: httpInventoryCommands(network.callerOf(self, 'inventory')),
  };
  const runner = createSagaRunner({
    store,
    commands: notingHolders(commands, shop.holders),
    show: (saga) => live.publish(channelOf(saga.id), { saga }),
    clock,
    logger,
  });
  const reactions = { group: orderGroup, topics: orderTopics, handlers: orderHandlers(store, clock), apply: oneByOne };
  await startMoving(shop, self, outbox, reactions);
  const owner = ids.uuid();
  const recovery = await patiently(self, () => startRecovery({ owner, store, runner, clock, logger }));
  const orders = createOrders({ store, recovery, live, locks: shop.locks.connect(self), clock, ids });
  type Caller = Parameters<typeof orders.findOrder>[1];
  interface Checkout {
    user: Caller;
    key: string;
    request: Parameters<typeof orders.checkout>[2];
    async: boolean;
    hangUpMs?: number;
  }
  network.serve(self, {
    async 'orders.checkout'({ user, key, request, async, hangUpMs }: Checkout) {
      const gone = new AbortController();
      if (hangUpMs !== undefined) void clock.sleep(hangUpMs).then(() => gone.abort('gone'));
      const outcome = await orders.checkout(user, key, request, { async, signal: gone.signal });
      return outcome.kind === 'refused' ? outcome.refusal : outcome;
    },
    'orders.findCheckout': ({ id, user }: { id: string; user: Caller }) => orders.findCheckout(id, user),
    'orders.find': ({ id, user }: { id: string; user: Caller }) => orders.findOrder(id, user),
    'orders.list': ({ user }: { user: Caller }) => orders.listOrders(user, { limit: 100 }),
    'orders.parked': () => orders.listCheckouts({ state: ['parked'], limit: 100 }),
    'orders.retry': ({ id }: { id: string }) => orders.retry(id),
    'orders.cancel': ({ id, user, key }: { id: string; user: Caller; key?: string }) =>
      orders.cancel(id, user, undefined, key),
    'orders.advance': ({ id, user, to }: { id: string; user: Caller; to: 'shipped' | 'delivered' }) =>
      orders.advance(id, to, user),
  });
};

/** Starts a process of a service, as its `main.ts` does, on what its stores hold. */
export const start: Record<ServiceName, (shop: Shop, self: Process) => Promise<void>> = {
  product: startProduct,
  inventory: startInventory,
  cart: startCart,
  discount: startDiscount,
  order: startOrder,
};
