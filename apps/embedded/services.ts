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
import { meteredStore } from '@shop/order/metered.ts';
import { createAnnouncer } from '@shop/order/progress.ts';
import { createSagaRunner } from '@shop/order/saga-runner.ts';
import { createPostgresOrderStore } from '@shop/order/store.postgres.ts';
import { memoryCache } from '@shop/platform/coordination/memory-cache.ts';
import { memoryLive } from '@shop/platform/coordination/memory-live.ts';
import { createOutbox, type Outbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Tx } from '@shop/platform/postgres/postgres.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';
import type { Metrics } from '@shop/platform/telemetry/metrics.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { createProduct } from '@shop/product/service.ts';
import { createPostgresProductStore } from '@shop/product/store.postgres.ts';
import { type CrashPoints, noCrashPoints } from './crash-points.ts';
import type { DatabaseName, Databases } from './databases.ts';

export interface ServicesOptions {
  databases: Databases;
  currency: string;
  /** `iss` of the access tokens. */
  issuer: string;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  points?: CrashPoints;
  /** Where sagas are counted; nowhere unless given. */
  metrics?: Metrics;
}

/** The six services on PostgreSQL, calling each other as functions. Nothing runs yet. */
export const createServices = ({
  databases,
  currency,
  issuer,
  clock,
  ids,
  logger,
  points = noCrashPoints,
  metrics,
}: ServicesOptions) => {
  const live = memoryLive();
  const outboxes = {} as Record<DatabaseName, Outbox>;
  const outboxOf = (name: DatabaseName): Outbox => {
    const outbox = createOutbox({ pg: databases.of(name), service: name, clock, ids });
    outboxes[name] = { ...outbox, source: points.around(`outbox of ${name}`, outbox.source) };
    return outbox;
  };

  const product = createProduct({
    store: points.around(
      'product store',
      createPostgresProductStore({ pg: databases.of('product'), outbox: outboxOf('product') }),
    ),
    cache: memoryCache(clock),
    clock,
    ids,
    currency,
  });
  const inventoryStore = points.around(
    'inventory store',
    createPostgresInventoryStore({
      pg: databases.of<InventoryTables>('inventory'),
      outbox: outboxOf('inventory'),
      ids,
    }),
  );
  const inventory = createInventory<Tx<InventoryTables>>({ store: inventoryStore, catalogue: product, clock });
  const discountStore = points.around(
    'discount store',
    createPostgresDiscountStore({
      pg: databases.of<DiscountTables>('discount'),
      outbox: outboxOf('discount'),
      ids,
    }),
  );
  const discount = createDiscount({ store: discountStore, catalogue: product, clock, currency });
  const cart: CartService = createCart({
    store: points.around(
      'cart store',
      createPostgresCartStore({ pg: databases.of('cart'), outbox: outboxOf('cart'), clock, ids }),
    ),
    catalogue: product,
    discount,
    clock,
    ids,
    currency,
  });
  const identity = createIdentity({
    store: points.around('identity store', createPostgresIdentityStore({ pg: databases.of('identity') })),
    passwords: createPasswords({ ids }),
    cart,
    issuer,
    clock,
    ids,
    logger,
  });
  const { show, changed } = createAnnouncer(live, clock);
  const bareOrderStore = points.around(
    'order store',
    createPostgresOrderStore({
      pg: databases.of('order'),
      outbox: outboxOf('order'),
      ids,
      changed,
    }),
  );
  const orderStore = metrics ? meteredStore(bareOrderStore, metrics) : bareOrderStore;
  const faults = createFaults(clock);
  const sagaRunner = createSagaRunner({
    store: faults.store(orderStore),
    commands: points.around(
      'commands',
      faults.commands({
        cart: { lock: cart.lock, complete: cart.complete, merge: cart.merge },
        discount: { quote: discount.quote, apply: discount.apply },
        inventory: { reserve: inventory.reserve },
      }),
    ),
    show,
    clock,
    logger,
  });
  return {
    live,
    outboxes,
    product,
    inventory,
    inventoryStore,
    discount,
    discountStore,
    cart,
    identity,
    orderStore,
    sagaRunner,
    faults,
    points,
  };
};

export type Services = ReturnType<typeof createServices>;
