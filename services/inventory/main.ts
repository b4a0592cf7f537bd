import { join } from 'node:path';
import { httpCatalogueQueries } from '@shop/clients/catalogue.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Tx } from '@shop/platform/postgres/postgres.ts';
import { openCaller } from '@shop/platform/service/callers.ts';
import { runService } from '@shop/platform/service/run-service.ts';
import { openEventLog, openPostgres } from '@shop/platform/service/servers.ts';
import { inventoryBackground } from './background.ts';
import { inventoryInternalRoutes, inventoryRoutes } from './routes.ts';
import { createInventory } from './service.ts';
import { settings } from './settings.ts';
import { createPostgresInventoryStore } from './store.postgres.ts';
import type { InventoryTables } from './tables.postgres.ts';

/** Inventory as a process of its own. */
await runService('inventory', settings, async (context) => {
  const { name, config, clock, ids } = context;
  const pg = await openPostgres<InventoryTables>(context, {
    url: config.DATABASE_URL,
    variable: 'DATABASE_URL',
    dir: join(import.meta.dirname, 'migrations'),
  });
  const log = await openEventLog(context);
  const outbox = createOutbox({ pg, service: name, clock, ids });
  const store = createPostgresInventoryStore({ pg, outbox, ids });
  const catalogue = httpCatalogueQueries(openCaller(context, 'product', config.PRODUCT_URL));
  const inventory = createInventory<Tx<InventoryTables>>({ store, catalogue, clock });
  return {
    routes: () => [...inventoryRoutes(inventory), ...inventoryInternalRoutes(inventory)],
    keys: config.AUTH_JWKS_URL,
    background: inventoryBackground<InventoryTables>({ inventory, store, pg, outbox, clock }),
    log,
  };
});
