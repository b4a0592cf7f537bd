import { httpCatalogueQueries } from '@shop/clients/catalogue.ts';
import { httpDiscountCommands } from '@shop/clients/discount.ts';
import { openCaller } from '@shop/platform/service/callers.ts';
import { runService } from '@shop/platform/service/run-service.ts';
import { openEventLog, openMongo, patiently } from '@shop/platform/service/servers.ts';
import { cartBackground } from './background.ts';
import { cartInternalRoutes, cartRoutes } from './routes.ts';
import { createCart } from './service.ts';
import { settings } from './settings.ts';
import { createMongoCartStore } from './store.mongo.ts';

/** Cart as a process of its own. */
await runService('cart', settings, async (context) => {
  const { config, clock, ids } = context;
  const mongo = await openMongo(context);
  const log = await openEventLog(context);
  const { store, outbox } = createMongoCartStore({ mongo, clock, ids });
  await patiently(context, 'MONGO_URL', () => mongo.buildIndexes());
  const cart = createCart({
    store,
    catalogue: httpCatalogueQueries(openCaller(context, 'product', config.PRODUCT_URL)),
    discount: httpDiscountCommands(openCaller(context, 'discount', config.DISCOUNT_URL)),
    clock,
    ids,
    currency: config.STORE_CURRENCY,
  });
  return {
    routes: () => [...cartRoutes(cart), ...cartInternalRoutes(cart)],
    keys: config.AUTH_JWKS_URL,
    background: cartBackground({ cart, outbox }),
    log,
  };
});
