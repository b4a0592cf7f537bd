import { type CartService, createCart } from '@shop/cart/service.ts';
import { createPostgresCartStore } from '@shop/cart/store.postgres.ts';
import { createDiscount } from '@shop/discount/service.ts';
import { createPostgresDiscountStore, type DiscountTables } from '@shop/discount/store.postgres.ts';
import { createPasswords } from '@shop/identity/passwords.ts';
import { createIdentity } from '@shop/identity/service.ts';
import { createPostgresIdentityStore } from '@shop/identity/store.postgres.ts';
import { createInventory } from '@shop/inventory/service.ts';
import { createPostgresInventoryStore } from '@shop/inventory/store.postgres.ts';
import type { InventoryTables } from '@shop/inventory/tables.postgres.ts';
import { createFaults } from '@shop/order/lab/faults.ts';
import { channelOf } from '@shop/order/progress.ts';
import { createSagaRunner } from '@shop/order/saga-runner.ts';
import { createPostgresOrderStore } from '@shop/order/store.postgres.ts';
import { memoryCache } from '@shop/platform/coordination/memory-cache.ts';
import { memoryLive } from '@shop/platform/coordination/memory-live.ts';
import { createOutbox, type Outbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Tx } from '@shop/platform/postgres/postgres.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { createProduct } from '@shop/product/service.ts';
import { createPostgresProductStore } from '@shop/product/store.postgres.ts';
import type { DatabaseName, Databases } from './databases.ts';

export interface ServicesOptions {
  databases: Databases;
  currency: string;
  /** `iss` of the access tokens. */
  issuer: string;
  clock: Clock;
  ids: Ids;
  logger: Logger;
}

/** The six services on PostgreSQL, calling each other as functions. Nothing runs yet. */
export const createServices = ({ databases, currency, issuer, clock, ids, logger }: ServicesOptions) => {
  const live = memoryLive();
  const outboxes = {} as Record<DatabaseName, Outbox>;
  const outboxOf = (name: DatabaseName): Outbox => {
    outboxes[name] = createOutbox({ pg: databases.of(name), service: name, clock, ids });
    return outboxes[name];
  };

  const product = createProduct({
    store: createPostgresProductStore({ pg: databases.of('product'), outbox: outboxOf('product') }),
    cache: memoryCache(clock),
    clock,
    ids,
    currency,
  });
  const inventoryStore = createPostgresInventoryStore({
    pg: databases.of<InventoryTables>('inventory'),
    outbox: outboxOf('inventory'),
    ids,
  });
  const inventory = createInventory<Tx<InventoryTables>>({ store: inventoryStore, catalogue: product, clock });
  const discountStore = createPostgresDiscountStore({
    pg: databases.of<DiscountTables>('discount'),
    outbox: outboxOf('discount'),
    ids,
  });
  const discount = createDiscount({ store: discountStore, catalogue: product, clock, currency });
  const cart: CartService = createCart({
    store: createPostgresCartStore({ pg: databases.of('cart'), outbox: outboxOf('cart'), clock, ids }),
    catalogue: product,
    discount,
    clock,
    ids,
    currency,
  });
  const identity = createIdentity({
    store: createPostgresIdentityStore({ pg: databases.of('identity') }),
    passwords: createPasswords({ ids }),
    cart,
    issuer,
    clock,
    ids,
    logger,
  });
  const orderStore = createPostgresOrderStore({
    pg: databases.of('order'),
    outbox: outboxOf('order'),
    ids,
    changed: (id) => live.publish(channelOf(id), { stored: true }),
  });
  const faults = createFaults(clock);
  const sagaRunner = createSagaRunner({
    store: faults.store(orderStore),
    commands: faults.commands({ cart, discount, inventory }),
    show: (saga) => live.publish(channelOf(saga.id), { saga }),
    clock,
    logger,
  });
  return {
    live,
    outboxes,
    product,
    inventory,
    discount,
    discountStore,
    cart,
    identity,
    orderStore,
    sagaRunner,
    faults,
  };
};

export type Services = ReturnType<typeof createServices>;
