import { redisCache } from '@shop/platform/redis/cache.ts';
import { runService } from '@shop/platform/service/run-service.ts';
import { openEventLog, openMongo, patiently } from '@shop/platform/service/servers.ts';
import { productBackground } from './background.ts';
import { productInternalRoutes, productRoutes } from './routes.ts';
import { createProduct } from './service.ts';
import { settings } from './settings.ts';
import { createMongoProductStore } from './store.mongo.ts';

/** Product as a process of its own. */
await runService('product', settings, async (context) => {
  const { config, clock, ids, redis } = context;
  const mongo = await openMongo(context);
  const log = await openEventLog(context);
  const { store, outbox, prepare } = createMongoProductStore({ mongo, clock, ids });
  await patiently(context, 'MONGO_URL', () => mongo.buildIndexes().then(prepare));
  const products = createProduct({ store, cache: redisCache(redis, ids), clock, ids, currency: config.STORE_CURRENCY });
  return {
    routes: () => [...productRoutes(products), ...productInternalRoutes(products)],
    keys: config.AUTH_JWKS_URL,
    background: productBackground({ outbox, sharing: products }),
    log,
  };
});
