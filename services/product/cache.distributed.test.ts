import { isRefusal } from '@shop/contracts/problems.ts';
import { startConsumer } from '@shop/platform/messaging/consumer.ts';
import { createKafkaEventLog } from '@shop/platform/messaging/kafka/kafka-log.ts';
import { startRelay } from '@shop/platform/messaging/relay.ts';
import { redisCache } from '@shop/platform/redis/cache.ts';
import { connectRedis, type RedisServer } from '@shop/platform/redis/redis.ts';
import { eventually } from '@shop/platform/testing/eventually.ts';
import { silentLogger } from '@shop/platform/testing/logger.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { changed, type Product } from './domain.ts';
import { productReactions } from './events.ts';
import type { ProductService } from './service.ts';
import { aProduct, saving, unique } from './testing/products.ts';
import { openCatalogue } from './testing/served.ts';

const { store, outbox, replica } = await openCatalogue();
const prefix = `test-${systemIds.uuid()}.`;
const connections: RedisServer[] = [];
afterAll(() => Promise.all(connections.map((redis) => redis.close())));

const start = async (): Promise<ProductService> => {
  const redis = await connectRedis({ url: inject('redis'), prefix, logger: silentLogger });
  connections.push(redis);
  return replica(redisCache(redis, systemIds));
};
const [ours, theirs] = [await start(), await start()];

const titleOf = async (replica: ProductService, { id }: Product): Promise<string> => {
  const found = await replica.find(id, false);
  return isRefusal(found) ? found.code : found.title;
};

const aSaved = async (fields: Parameters<typeof aProduct>[0] = {}): Promise<Product> => {
  const product = aProduct(fields);
  await store.save([saving(product)]);
  return product;
};

describe('replicas of product that share a cache', () => {
  it('When one of them writes, then no other shows what was before, from that moment on', async () => {
    const product = await aSaved({ title: 'First', category: unique('category') });
    const categories = async () => (await theirs.facets()).categories.map(({ name }) => name);
    expect([await titleOf(theirs, product), await titleOf(ours, product)]).toEqual(['First', 'First']);
    expect(await categories()).toContain(product.category);
    for (const title of ['Second', 'Third']) {
      await ours.patch(product.id, { title });
      expect(await titleOf(theirs, product)).toBe(title);
    }
    await ours.remove(product.id);
    expect(await titleOf(theirs, product)).toBe('PRODUCT_NOT_FOUND');
    expect(await categories()).not.toContain(product.category);
  });

  it('When the one that wrote died before it could empty the cache, then its event does so', async () => {
    const product = await aSaved({ title: 'Before' });
    await titleOf(theirs, product);
    const after = changed(product, { title: 'After' }, '2026-01-02T00:00:00.000Z');
    await store.save([saving(after, product)]);
    expect(await titleOf(theirs, product)).toBe('Before');

    const ports = { clock: systemClock, ids: systemIds, logger: silentLogger };
    const log = await createKafkaEventLog({ brokers: [inject('kafka')], prefix, replication: 1, ...ports });
    const consumer = await startConsumer({ log, ...productReactions(ours), ...ports });
    const relay = startRelay({ ...outbox, log, ...ports });
    await eventually(async () => (await titleOf(theirs, product)) === 'After');
    await relay.stop();
    await consumer.close();
    await log.close();
  });
});
