import { join } from 'node:path';
import { httpCatalogueQueries } from '@shop/clients/catalogue.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import { openCaller } from '@shop/platform/service/callers.ts';
import { runService } from '@shop/platform/service/run-service.ts';
import { openEventLog, openPostgres } from '@shop/platform/service/servers.ts';
import { discountBackground } from './background.ts';
import { discountInternalRoutes, discountRoutes } from './routes.ts';
import { createDiscount } from './service.ts';
import { settings } from './settings.ts';
import { createPostgresDiscountStore, type DiscountTables } from './store.postgres.ts';

/** Discount as a process of its own. */
await runService('discount', settings, async (context) => {
  const { name, config, clock, ids } = context;
  const pg = await openPostgres<DiscountTables>(context, {
    url: config.DATABASE_URL,
    variable: 'DATABASE_URL',
    dir: join(import.meta.dirname, 'migrations'),
  });
  const log = await openEventLog(context);
  const outbox = createOutbox({ pg, service: name, clock, ids });
  const store = createPostgresDiscountStore({ pg, outbox, ids });
  const catalogue = httpCatalogueQueries(openCaller(context, 'product', config.PRODUCT_URL));
  const discount = createDiscount({ store, catalogue, clock, currency: config.STORE_CURRENCY });
  return {
    routes: () => [...discountRoutes(discount), ...discountInternalRoutes(discount)],
    keys: config.AUTH_JWKS_URL,
    background: discountBackground<DiscountTables>({ discount, store, pg, outbox, clock }),
    log,
  };
});
