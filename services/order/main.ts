import { join } from 'node:path';
import { httpCartCommands } from '@shop/clients/cart.ts';
import { httpDiscountCommands } from '@shop/clients/discount.ts';
import { httpInventoryCommands } from '@shop/clients/inventory.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import { redisLive } from '@shop/platform/redis/live.ts';
import { redisLocks } from '@shop/platform/redis/locks.ts';
import { openCaller } from '@shop/platform/service/callers.ts';
import { addLogGauges, gaugesOf } from '@shop/platform/service/gauges.ts';
import { runService } from '@shop/platform/service/run-service.ts';
import { openEventLog, openJournal, openPostgres, patiently } from '@shop/platform/service/servers.ts';
import { isLabOn } from '@shop/platform/service/settings.ts';
import { orderBackground } from './background.ts';
import { outboxDepthsOf } from './console/outbox-depths.ts';
import { consoleRoutes } from './console/routes.ts';
import { createEarlyRefusals } from './early-refusal.ts';
import { addSagaGauge } from './gauges.ts';
import { createFaults } from './lab/faults.ts';
import { createRemoteLabShop } from './lab/remote-shop.ts';
import { labRoutes } from './lab/routes.ts';
import { shareFaults } from './lab/shared-faults.ts';
import { shareRuns } from './lab/shared-runs.ts';
import { meteredStore } from './metered.ts';
import { createAnnouncer } from './progress.ts';
import { startRecovery } from './recovery.ts';
import { orderRoutes } from './routes.ts';
import { createSagaRunner } from './saga-runner.ts';
import { createOrders } from './service.ts';
import { settings } from './settings.ts';
import { createPostgresOrderStore } from './store.postgres.ts';

/** Order as a process of its own: it drives the sagas, and shows operators what all services tell. */
await runService('order', settings, async (context) => {
  const { name, config, lifecycle, clock, ids, logger, metrics, redis } = context;
  const pg = await openPostgres(context, {
    url: config.DATABASE_URL,
    variable: 'DATABASE_URL',
    dir: join(import.meta.dirname, 'migrations'),
  });
  const log = await openEventLog(context);
  const journal = await openJournal(context, log);
  const live = redisLive(redis, ids, clock);
  const outbox = createOutbox({ pg, service: name, clock, ids });
  const { show, changed } = createAnnouncer(live, clock);
  const store = meteredStore(createPostgresOrderStore({ pg, outbox, ids, changed }), metrics);
  const addGauge = gaugesOf(metrics, clock);
  addSagaGauge(addGauge, store);
  addLogGauges(addGauge, journal);

  const callers = {
    product: openCaller(context, 'product', config.PRODUCT_URL),
    inventory: openCaller(context, 'inventory', config.INVENTORY_URL),
    cart: openCaller(context, 'cart', config.CART_URL),
    discount: openCaller(context, 'discount', config.DISCOUNT_URL),
  };
  const faults = shareFaults(createFaults(clock), live);
  const commands = {
    cart: httpCartCommands(callers.cart),
    discount: httpDiscountCommands(callers.discount),
    inventory: httpInventoryCommands(callers.inventory),
  };
  const early = createEarlyRefusals({ ...commands, clock });
  const runner = createSagaRunner({
    store: faults.store(store),
    commands: faults.commands(early.noting(commands)),
    show,
    clock,
    logger,
  });

  return {
    keys: config.AUTH_JWKS_URL,
    background: orderBackground({ store, pg, outbox, journal, clock }),
    log,
    parts: [{ name: 'journal', failingMs: journal.failingMs }],
    // Sagas run once events move, and end before they cease.
    async routes() {
      const owner = ids.uuid();
      const recovery = await patiently(context, 'DATABASE_URL', () =>
        startRecovery({ owner, store, runner, clock, logger }),
      );
      lifecycle.onStop('sagas', () => recovery.stop());
      const locks = redisLocks(redis);
      const orders = createOrders({ store, recovery, live, nearby: live.here, locks, early, clock, ids });
      const shop = createRemoteLabShop({ config, orders, clock, ids });
      const outboxDepths = outboxDepthsOf(outbox.source, callers);
      // What else the overview tells is told also while Kafka is away.
      const lag = () => journal.lag().catch(() => []);
      return [
        ...orderRoutes(orders),
        ...consoleRoutes({ ...journal, lag, sagas: store, outboxDepths, clock }),
        ...(isLabOn(config) ? labRoutes({ runs: shareRuns({ shop, clock, ids }, live), faults }) : []),
      ];
    },
  };
});
