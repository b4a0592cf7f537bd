import type { Cart } from '@shop/cart/domain.ts';
import type { CartStore } from '@shop/cart/store.ts';
import type { Demand } from '@shop/contracts/commands.ts';
import type { DiscountStore } from '@shop/discount/store.ts';
import type { InventoryStore } from '@shop/inventory/store.ts';
import type { Order, Saga } from '@shop/order/domain.ts';
import type { OrderStore, SagaStore } from '@shop/order/store.ts';
import type { Apply } from '@shop/platform/messaging/inbox.ts';
import type { OutboxSource } from '@shop/platform/messaging/outbox.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import type { ProductStore } from '@shop/product/store.ts';

/** What a process brings along to its stores. */
export interface Connection {
  /** The process's own clock. */
  clock: Clock;
  ids: Ids;
  /** Told of sagas whose stored state has changed. */
  changed: (sagaId: string) => void;
}

/** What a service has committed and not published. */
export interface Told {
  source: OutboxSource;
  onNudge(wake: () => void): void;
}

/** What stands behind the stores' ports. What they hold outlives every process; adapters are made anew at each start. */
export interface Backend {
  product(connection: Connection): { store: ProductStore; outbox: Told };
  cart(connection: Connection): { store: CartStore; outbox: Told };
  inventory(connection: Connection): { store: InventoryStore<unknown>; outbox: Told; inbox: Apply<unknown> };
  discount(connection: Connection): { store: DiscountStore<unknown>; outbox: Told; inbox: Apply<unknown> };
  order(connection: Connection): { store: SagaStore & OrderStore; outbox: Told };
  /** All that is stored now. */
  read(): Books | Promise<Books>;
  /** What the stores themselves find wrong. */
  audit(): Promise<string[]>;
}

/** What is stored, as far as promises speak of it. */
export interface Books {
  stock: { sku: string; onHand: number; reserved: number }[];
  holds: { sagaId: string; state: 'held' | 'committed' | 'released' | 'restocked'; lines: Demand[] }[];
  vouchers: { code: string; used: number; usageLimit?: number; perUserLimit?: number }[];
  redemptions: { sagaId: string; code: string; userId: string; amount: number; isLive: boolean }[];
  applications: { sagaId: string; state: 'applied' | 'settled' | 'released' }[];
  sagas: Saga[];
  orders: Order[];
  carts: Cart[];
  /** Events that are committed and not published. */
  waiting: number;
}
