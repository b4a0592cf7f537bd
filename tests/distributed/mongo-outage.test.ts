import { cartRoutes } from '@shop/cart/routes.ts';
import { createCart } from '@shop/cart/service.ts';
import { createMongoCartStore } from '@shop/cart/store.mongo.ts';
import { fixtureCatalogue } from '@shop/cart/testing/catalogue.ts';
import { fixtureDiscount } from '@shop/cart/testing/discount.ts';
import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { memoryCache } from '@shop/platform/coordination/memory-cache.ts';
import { startRelay } from '@shop/platform/messaging/relay.ts';
import { eventually } from '@shop/platform/testing/eventually.ts';
import { serve, type TestResponse } from '@shop/platform/testing/http.ts';
import { silentLogger } from '@shop/platform/testing/logger.ts';
import { testMongo } from '@shop/platform/testing/mongo.ts';
import { systemClock as clock, systemIds as ids } from '@shop/platform/time/system.ts';
import { productRoutes } from '@shop/product/routes.ts';
import { createProduct } from '@shop/product/service.ts';
import { createMongoProductStore } from '@shop/product/store.mongo.ts';
import { aBody } from '@shop/product/testing/served.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { type OwnMongo, ownMongo } from './own-mongo.ts';

/** An answer, and after how many milliseconds it came. */
type Timed = TestResponse & { ms: number };

/** Catalogue and carts behind real HTTP, on a MongoDB of their own. */
const serveShop = async (mongo: OwnMongo, published: AnyShopEvent[]) => {
  const [productDb, cartDb] = [await testMongo(mongo.url), await testMongo(mongo.url)];
  const catalogue = createMongoProductStore({ mongo: productDb, clock, ids });
  const carts = createMongoCartStore({ mongo: cartDb, clock, ids });
  await Promise.all([productDb.buildIndexes(), cartDb.buildIndexes()]);
  const ports = { clock, ids, currency: 'USD' };
  const product = createProduct({ store: catalogue.store, cache: memoryCache(clock), ...ports });
  const onSale = fixtureCatalogue();
  for (const sku of ['MUG', 'TEE']) onSale.put(sku, {});
  const cart = createCart({ store: carts.store, catalogue: onSale, discount: fixtureDiscount({}), ...ports });
  const relay = startRelay({
    source: catalogue.outbox.source,
    log: { publish: async (_topic, events) => void published.push(...events) },
    onNudge: catalogue.outbox.onNudge,
    clock,
    logger: silentLogger,
  });
  const reached = () =>
    productDb.ping().then(
      () => [],
      () => ['product'],
    );
  const server = await serve([...productRoutes(product), ...cartRoutes(cart)], { ready: reached });
  afterAll(async () => {
    await relay.stop();
    await server.close();
  });
  const token = await server.tokens.as({ id: ids.uuid(), role: 'admin' });
  return async (method: string, path: string, body?: unknown): Promise<Timed> => {
    const began = clock.now().getTime();
    const answer = await server.request(method, path, { token, body });
    return { ...answer, ms: clock.now().getTime() - began };
  };
};

describe('The catalogue and the carts while MongoDB is gone', async () => {
  const mongo = await ownMongo();
  const published: AnyShopEvent[] = [];
  const ask = await serveShop(mongo, published);

  it('When it is killed, then users are told to try again within seconds, and after its restart all goes on', async () => {
    const created = await ask('POST', '/products', aBody());
    expect(created.status).toBe(201);
    expect((await ask('POST', '/cart/items', { sku: 'MUG', quantity: 2 })).status).toBe(200);
    await eventually(() => published.length === 1);
    expect((await ask('GET', '/health/ready')).status).toBe(200);

    await mongo.kill();
    const meanwhile = await Promise.all([
      ask('GET', '/cart'),
      ask('POST', '/cart/items', { sku: 'TEE', quantity: 1 }),
      ask('GET', '/products'),
      ask('GET', '/products?search=mug'),
      ask('POST', '/products', aBody()),
      ask('PATCH', `/products/${created.body.id}`, { title: 'New' }),
      ask('GET', '/health/ready'),
    ]);
    for (const { status, headers, body, ms } of meanwhile) {
      expect(status).toBe(503);
      expect(body.code).toBe('UNAVAILABLE');
      expect(headers.get('retry-after')).toBe('1');
      expect(ms).toBeLessThan(4_000);
    }

    await mongo.restart();
    const cart = await ask('GET', '/cart');
    expect(cart.body.items).toMatchObject([{ sku: 'MUG', quantity: 2 }]);
    expect((await ask('GET', `/products/${created.body.id}`)).body).toMatchObject({ title: 'Trail mug', version: 1 });
    expect((await ask('PATCH', `/products/${created.body.id}`, { title: 'New' })).status).toBe(200);
    expect((await ask('GET', '/health/ready')).status).toBe(200);
    await eventually(() => published.some(({ data }) => data.version === 2));
  });
});
