import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AnyShopEvent, topicOf } from '@shop/contracts/events.ts';
import { createKafkaEventLog } from '@shop/platform/messaging/kafka/kafka-log.ts';
import { silentLogger as logger } from '@shop/platform/testing/logger.ts';
import { systemClock as clock, systemIds as ids } from '@shop/platform/time/system.ts';
import pg from 'pg';
import { inject } from 'vitest';
import { bookUrlsOf } from '../../apps/reconcile/running-stack.ts';
import { stackBooks } from '../../apps/reconcile/stack.ts';
import { type Stack, type StackOptions, startStack } from '../../deploy/local/stack.ts';
import type { Shop } from './forms.ts';

/** A shop of processes of its own: six services and the edge. */
export interface StackShop extends Shop {
  stack: Stack;
}

export const shopOf = (stack: Stack): StackShop => {
  const urls = bookUrlsOf(stack);
  return {
    stack,
    url: stack.url,
    dataDir: stack.dir,
    books: () => stackBooks(urls),
    async query(database, text) {
      const client = new pg.Client(urls[database]);
      await client.connect();
      try {
        return (await client.query(text)).rows;
      } finally {
        await client.end();
      }
    },
    async say({ type, key, data }) {
      const { KAFKA_BROKERS: brokers = '', KAFKA_PREFIX: prefix = '' } = stack.environmentOf('order');
      const log = await createKafkaEventLog({ brokers: [brokers], prefix, replication: 1, clock, ids, logger });
      const source = `/services/${topicOf(type)}`;
      const event = { id: ids.uuid(), type, source, key, time: clock.now().toISOString(), data };
      await log.publish(topicOf(type), [event as AnyShopEvent]);
      await log.close();
    },
    output: () =>
      [...new Set(stack.processes.map(({ logFile }) => logFile))].map((file) => readFileSync(file, 'utf8')).join('\n'),
    get process(): never {
      throw new Error('A shop of many processes has no single one; take `stack`.');
    },
    async kill() {
      await Promise.all(stack.processes.map((process) => process.kill()));
    },
    async stop() {
      const killed = await stack.stop();
      return killed.length === 0 ? 0 : 1;
    },
  };
};

const onGivenServers = (): StackOptions['servers'] => ({
  postgres: inject('postgres'),
  mongo: inject('mongo'),
  kafka: inject('kafka'),
  redis: inject('redis'),
});

/** Starts a shop on the servers of this test run, apart from all others on them. */
export const startStackShop = async (
  options: { dataDir: string; env?: Record<string, string> } & Pick<StackOptions, 'replicas' | 'servers'>,
): Promise<StackShop> => {
  const { SEED, ...env } = options.env ?? {};
  const stack = await startStack({
    dir: options.dataDir,
    port: 0,
    freePorts: true,
    namespace: `t${randomBytes(5).toString('hex')}`,
    servers: options.servers ?? onGivenServers(),
    replicas: options.replicas,
    seed: SEED === 'on',
    env: { RATE_LIMIT: 'off', LOG_LEVEL: 'warn', LAB: 'on', ...env },
  });
  return shopOf(stack);
};
