import { serviceNames } from '../services.ts';
import type { GivenServers } from './context.ts';
import { dropDatabases } from './databases.ts';
import { names } from './environment.ts';

const dropMongo = async (url: string, namespace: string): Promise<void> => {
  const { MongoClient } = (await import('mongoose')).default.mongo;
  const client = await new MongoClient(url, { serverSelectionTimeoutMS: 15_000 }).connect();
  try {
    for (const name of serviceNames) await client.db(names(namespace).database(name)).dropDatabase();
  } finally {
    await client.close();
  }
};

const dropTopics = async (broker: string, namespace: string): Promise<void> => {
  const { Admin } = await import('@platformatic/kafka');
  const { kafkaPrefix } = names(namespace);
  const admin = new Admin({ clientId: 'remove', bootstrapBrokers: [broker], retries: 5, retryDelay: 200 });
  try {
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(kafkaPrefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    const groups = [...(await admin.listGroups()).keys()].filter((name) => name.startsWith(kafkaPrefix));
    // One that still has a member goes with its last one.
    if (groups.length > 0) await admin.deleteGroups({ groups }).catch(() => {});
  } finally {
    await admin.close();
  }
};

const dropKeys = async (url: string, namespace: string): Promise<void> => {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  redis.on('error', () => {});
  try {
    for await (const keys of redis.scanStream({ match: `${names(namespace).redisPrefix}*`, count: 500 }))
      if (keys.length > 0) await redis.unlink(keys);
  } finally {
    redis.disconnect();
  }
};

/** Removes all that a namespace keeps on shared servers. */
export const removeNamespace = async (servers: Partial<GivenServers>, namespace: string): Promise<void> => {
  const { postgres, mongo, kafka, redis } = servers;
  await Promise.all([
    postgres && dropDatabases(postgres, namespace),
    mongo && dropMongo(mongo, namespace),
    kafka && dropTopics(kafka, namespace),
    redis && dropKeys(redis, namespace),
  ]);
};
