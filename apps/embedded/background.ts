import { cartBackground } from '@shop/cart/background.ts';
import { discountBackground } from '@shop/discount/background.ts';
import type { DiscountTables } from '@shop/discount/store.postgres.ts';
import { identityBackground } from '@shop/identity/background.ts';
import { inventoryBackground } from '@shop/inventory/background.ts';
import type { InventoryTables } from '@shop/inventory/tables.postgres.ts';
import { orderBackground } from '@shop/order/background.ts';
import type { PostgresEventLog } from '@shop/platform/messaging/postgres-log.ts';
import type { Background } from '@shop/platform/service/background.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { productBackground } from '@shop/product/background.ts';
import type { CrashPoints } from './crash-points.ts';
import type { Databases } from './databases.ts';
import type { Services } from './services.ts';

interface BackgroundsOptions {
  services: Services;
  databases: Databases;
  log: Pick<PostgresEventLog, 'prune'>;
  clock: Clock;
}

/** What all services, and the event log, do beside requests. */
export const backgroundsOf = ({ services, databases, log, clock }: BackgroundsOptions): Background[] => {
  const { identity, inventory, discount, cart, outboxes, points } = services;
  const backgrounds: Background[] = [
    identityBackground(identity),
    productBackground({ outbox: outboxes.product }),
    inventoryBackground<InventoryTables>({
      inventory,
      store: services.inventoryStore,
      pg: databases.of('inventory'),
      outbox: outboxes.inventory,
      clock,
    }),
    discountBackground<DiscountTables>({
      discount,
      store: services.discountStore,
      pg: databases.of('discount'),
      outbox: outboxes.discount,
      clock,
    }),
    cartBackground({ cart, outbox: outboxes.cart }),
    orderBackground({ store: services.orderStore, pg: databases.of('order'), outbox: outboxes.order, clock }),
    { name: 'events', forget: { 'event log': () => log.prune() } },
  ];
  return backgrounds.map((background) => withPoints(background, points));
};

/** Before a group's events take effect, and after, are places where a kill is worth trying. */
const withPoints = (background: Background, { around }: CrashPoints): Background => {
  const { reactions } = background;
  if (!reactions) return background;
  const apply = around(`inbox of ${reactions.group}`, reactions.apply);
  return { ...background, reactions: { ...reactions, apply } };
};
