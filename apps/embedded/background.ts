import { cartGroup, cartHandlers, cartTopics } from '@shop/cart/events.ts';
import { discountGroup, discountHandlers, discountLocks, discountTopics } from '@shop/discount/events.ts';
import type { DiscountTables } from '@shop/discount/store.postgres.ts';
import { inventoryGroup, inventoryHandlers, inventoryTopics } from '@shop/inventory/events.ts';
import type { InventoryTables } from '@shop/inventory/tables.postgres.ts';
import { orderGroup, orderHandlers, orderTopics } from '@shop/order/events.ts';
import type { Lifecycle } from '@shop/platform/lifecycle/lifecycle.ts';
import { startLoop } from '@shop/platform/lifecycle/loop.ts';
import { startConsumer } from '@shop/platform/messaging/consumer.ts';
import { oneByOne, postgresInbox, pruneInbox } from '@shop/platform/messaging/inbox.ts';
import type { PostgresEventLog } from '@shop/platform/messaging/postgres-log.ts';
import { startRelay } from '@shop/platform/messaging/relay.ts';
import { retention } from '@shop/platform/messaging/retention.ts';
import { inSortedLocks } from '@shop/platform/messaging/sorted-locks.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import type { Databases } from './databases.ts';
import type { Services } from './services.ts';

export interface BackgroundOptions {
  services: Services;
  databases: Databases;
  log: PostgresEventLog;
  lifecycle: Lifecycle;
  clock: Clock;
  ids: Ids;
  logger: Logger;
}

const ASK_EVERY_MS = 5_000;
const ASK_BATCH = 100;
const TIDY_EVERY_MS = 600_000;

/** What runs beside requests: relays, consumers, the questions of old holds, and tidying up. */
export const startBackground = async (options: BackgroundOptions): Promise<void> => {
  await startConsumers(options);
  startRelays(options);
  startQuestions(options);
  startTidying(options);
};

/** What each service does about events; the keys are the types that it listens to. */
export const handlersOf = ({ inventory, discountStore, cart, orderStore }: Services, clock: Clock) => ({
  inventory: inventoryHandlers(inventory),
  discount: discountHandlers({ effects: discountStore.effects, clock }),
  cart: cartHandlers(cart),
  order: orderHandlers(orderStore, clock),
});

const startConsumers = async ({ services, databases, log, lifecycle, clock, ids, logger }: BackgroundOptions) => {
  const { around } = services.points;
  const base = { log, clock, ids, logger };
  const { inventory, discountStore } = services;
  const handlers = handlersOf(services, clock);
  const subscriptions = await Promise.all([
    startConsumer({
      ...base,
      group: inventoryGroup,
      topics: inventoryTopics,
      handlers: handlers.inventory,
      apply: around(
        'inbox of inventory',
        inSortedLocks(
          inventory.lockFor,
          postgresInbox<InventoryTables>(databases.of('inventory'), inventoryGroup, clock),
        ),
      ),
    }),
    startConsumer({
      ...base,
      group: discountGroup,
      topics: discountTopics,
      handlers: handlers.discount,
      apply: around(
        'inbox of discount',
        inSortedLocks(
          discountLocks({ effects: discountStore.effects, clock }),
          postgresInbox<DiscountTables>(databases.of('discount'), discountGroup, clock),
        ),
      ),
    }),
    startConsumer({
      ...base,
      group: cartGroup,
      topics: cartTopics,
      handlers: handlers.cart,
      apply: around('inbox of cart', oneByOne),
    }),
    startConsumer({
      ...base,
      group: orderGroup,
      topics: orderTopics,
      handlers: handlers.order,
      apply: around('inbox of order', oneByOne),
    }),
  ]);
  for (const subscription of subscriptions) lifecycle.onStop('consumer', () => subscription.close());
};

const startRelays = ({ services, log, lifecycle, clock, logger }: BackgroundOptions) => {
  for (const [name, { source, onNudge }] of Object.entries(services.outboxes)) {
    const relay = startRelay({
      source,
      log: services.points.around('log', { publish: log.publish }),
      onNudge,
      clock,
      logger,
    });
    lifecycle.onStop(`relay of ${name}`, () => relay.stop());
  }
};

const startQuestions = ({ services, lifecycle, clock, logger }: BackgroundOptions) => {
  const { inventory, discount, cart } = services;
  const questions = {
    inventory: () => inventory.askAboutExpiredHolds(ASK_BATCH),
    discount: () => discount.askAboutExpiredApplications(ASK_BATCH),
    cart: () => cart.askAboutExpiredLocks(ASK_BATCH),
  };
  for (const [name, ask] of Object.entries(questions)) {
    const loop = startLoop({
      name: `old holds of ${name}`,
      everyMs: ASK_EVERY_MS,
      work: async () => (await ask()) === ASK_BATCH,
      clock,
      logger,
    });
    lifecycle.onStop(`old holds of ${name}`, () => loop.stop());
  }
};

/** Forgets what is older than anything that can still arrive. */
const startTidying = ({ services, databases, log, lifecycle, clock, logger }: BackgroundOptions) => {
  const loop = startLoop({
    name: 'tidying',
    everyMs: TIDY_EVERY_MS,
    clock,
    logger,
    async work() {
      const olderThan = new Date(clock.now().getTime() - retention.inboxMs);
      for (const name of [inventoryGroup, discountGroup] as const) await pruneInbox(databases.of(name), olderThan);
      await log.prune();
      return services.identity.cleanUp(clock.now());
    },
  });
  lifecycle.onStop('tidying', () => loop.stop());
};
