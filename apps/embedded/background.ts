import { cartGroup, cartHandlers, cartTopics } from '@shop/cart/events.ts';
import { discountGroup, discountHandlers, discountLocks, discountTopics } from '@shop/discount/events.ts';
import type { DiscountTables } from '@shop/discount/store.postgres.ts';
import { inventoryGroup, inventoryHandlers, inventoryTopics } from '@shop/inventory/events.ts';
import type { InventoryTables } from '@shop/inventory/tables.postgres.ts';
import { orderGroup, orderHandlers, orderTopics } from '@shop/order/events.ts';
import type { Lifecycle } from '@shop/platform/lifecycle/lifecycle.ts';
import { startLoop } from '@shop/platform/lifecycle/loop.ts';
import { startConsumer } from '@shop/platform/messaging/consumer.ts';
import { oneByOne, postgresInbox } from '@shop/platform/messaging/inbox.ts';
import { createEventMeters, type EventMeters } from '@shop/platform/messaging/metered.ts';
import type { PostgresEventLog } from '@shop/platform/messaging/postgres-log.ts';
import { startRelay } from '@shop/platform/messaging/relay.ts';
import { inSortedLocks } from '@shop/platform/messaging/sorted-locks.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';
import type { Metrics } from '@shop/platform/telemetry/metrics.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { Counter } from 'prom-client';
import type { Databases } from './databases.ts';
import type { Services } from './services.ts';
import { startTidying } from './tidying.ts';

export interface BackgroundOptions {
  services: Services;
  databases: Databases;
  log: PostgresEventLog;
  lifecycle: Lifecycle;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  metrics: Metrics;
  /** How long finished work is kept in detail, in milliseconds. */
  keepMs: number;
}

const ASK_EVERY_MS = 5_000;
const ASK_BATCH = 100;

/** Something that runs beside requests, and for how long it has failed, in milliseconds. */
export interface Part {
  name: string;
  failingMs(): number;
}

/** The names of the parts that have failed for longer than this. */
export const failingFor = (parts: readonly Part[], ms: number): string[] =>
  parts.filter(({ failingMs }) => failingMs() > ms).map(({ name }) => name);

/** What runs beside requests: relays, consumers, the questions of old holds, and tidying up. Answers those that move events. */
export const startBackground = async (options: BackgroundOptions): Promise<Part[]> => {
  const { publish, bury } = options.log;
  const written = options.services.points.around('log', { publish, bury });
  const meters = createEventMeters(options.metrics, options.clock);
  const log = meters.log({ ...options.log, ...written });
  const consumers = await startConsumers({ ...options, log }, meters);
  const relays = startRelays({ ...options, log });
  startQuestions(options);
  startTidying(options);
  return [...consumers, ...relays];
};

/** What each service does about events; the keys are the types that it listens to. */
export const handlersOf = ({ inventory, discountStore, cart, orderStore }: Services, clock: Clock) => ({
  inventory: inventoryHandlers(inventory),
  discount: discountHandlers({ effects: discountStore.effects, clock }),
  cart: cartHandlers(cart),
  order: orderHandlers(orderStore, clock),
});

const startConsumers = async (
  { services, databases, log, lifecycle, clock, ids, logger }: BackgroundOptions,
  meters: EventMeters,
): Promise<Part[]> => {
  const { around } = services.points;
  const base = { log, clock, ids, logger };
  const groups = [inventoryGroup, discountGroup, cartGroup, orderGroup];
  const { inventory, discountStore } = services;
  const handlers = handlersOf(services, clock);
  const subscriptions = await Promise.all([
    startConsumer({
      ...base,
      group: inventoryGroup,
      topics: inventoryTopics,
      handlers: handlers.inventory,
      apply: meters.apply(
        inventoryGroup,
        around(
          'inbox of inventory',
          inSortedLocks(
            inventory.lockFor,
            postgresInbox<InventoryTables>(databases.of('inventory'), inventoryGroup, clock),
          ),
        ),
      ),
    }),
    startConsumer({
      ...base,
      group: discountGroup,
      topics: discountTopics,
      handlers: handlers.discount,
      apply: meters.apply(
        discountGroup,
        around(
          'inbox of discount',
          inSortedLocks(
            discountLocks({ effects: discountStore.effects, clock }),
            postgresInbox<DiscountTables>(databases.of('discount'), discountGroup, clock),
          ),
        ),
      ),
    }),
    startConsumer({
      ...base,
      group: cartGroup,
      topics: cartTopics,
      handlers: handlers.cart,
      apply: meters.apply(cartGroup, around('inbox of cart', oneByOne)),
    }),
    startConsumer({
      ...base,
      group: orderGroup,
      topics: orderTopics,
      handlers: handlers.order,
      apply: meters.apply(orderGroup, around('inbox of order', oneByOne)),
    }),
  ]);
  return subscriptions.map((subscription, at) => {
    lifecycle.onStop('consumer', () => subscription.close());
    return { name: `consumer ${groups[at]}`, failingMs: subscription.failingMs };
  });
};

const startRelays = ({ services, log, lifecycle, clock, logger }: BackgroundOptions): Part[] =>
  Object.entries(services.outboxes).map(([name, { source, onNudge }]) => {
    const relay = startRelay({ source, log, onNudge, clock, logger });
    lifecycle.onStop(`relay of ${name}`, () => relay.stop());
    return { name: `relay of ${name}`, failingMs: relay.failingMs };
  });

const startQuestions = ({ services, lifecycle, clock, logger, metrics }: BackgroundOptions) => {
  const { inventory, discount, cart } = services;
  const asked = new Counter({
    name: 'shop_old_holds_total',
    help: 'Holds of sagas that were older than their time and asked what became of them',
    labelNames: ['participant'] as const,
    registers: [metrics.registry],
  });
  const questions = {
    inventory: () => inventory.askAboutExpiredHolds(ASK_BATCH),
    discount: () => discount.askAboutExpiredApplications(ASK_BATCH),
    cart: () => cart.askAboutExpiredLocks(ASK_BATCH),
  };
  for (const [name, ask] of Object.entries(questions)) {
    asked.inc({ participant: name }, 0);
    const loop = startLoop({
      name: `old holds of ${name}`,
      everyMs: ASK_EVERY_MS,
      async work() {
        const due = await ask();
        asked.inc({ participant: name }, due);
        return due === ASK_BATCH;
      },
      clock,
      logger,
    });
    lifecycle.onStop(`old holds of ${name}`, () => loop.stop());
  }
};
