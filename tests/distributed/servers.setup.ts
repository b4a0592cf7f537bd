import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { fetchServers } from '../../deploy/local/servers/fetch.ts';
import { startKafka } from '../../deploy/local/servers/kafka.ts';
import { createLeash } from '../../deploy/local/servers/leash.ts';
import { startMongo } from '../../deploy/local/servers/mongo.ts';
import type { Server, ServerOptions } from '../../deploy/local/servers/options.ts';
import { startRedis } from '../../deploy/local/servers/redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The MongoDB of this run: `mongodb://127.0.0.1:p/?replicaSet=rs0&directConnection=true`. */
    mongo: string;
    /** The Kafka of this run: `127.0.0.1:p`. */
    kafka: string;
    /** The Redis of this run: `redis://127.0.0.1:p`. */
    redis: string;
  }
}

/**
 * Starts one real Kafka, MongoDB and Redis for a run of the tests, in a folder that goes with them; PostgreSQL has a
 * setup of its own. They end with the run, also when that is interrupted or killed.
 */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const dir = await mkdtemp(join(tmpdir(), 'shop-servers-'));
  const leash = createLeash();
  leash.hold({ folder: dir });
  const report = (sentence: string) => console.log(sentence);
  const start = (name: string, starting: (options: ServerOptions) => Promise<Server>): Promise<Server> =>
    starting({
      dir: join(dir, name),
      onStart: (process) => leash.hold({ process }),
      report,
    });
  try {
    await fetchServers(['kafka', 'mongo', 'redis', 'nginx'], report);
    const [kafka, mongo, redis] = await Promise.all([
      start('kafka', startKafka),
      start('mongo', startMongo),
      start('redis', startRedis),
    ]);
    project.provide('kafka', kafka.url);
    project.provide('mongo', mongo.url);
    project.provide('redis', redis.url);
  } catch (error) {
    await leash.end();
    throw error;
  }
  return () => leash.end();
};
