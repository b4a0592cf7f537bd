import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';
import { systemClock } from '../time/system.ts';
import { type Connection, openConnection } from './connection.ts';

export interface RedisOptions {
  /** `redis://user:password@host:port/db`, or `rediss://`. */
  url: string;
  /** Stands before the name of every key and channel, so that shops can share a server. */
  prefix: string;
  logger: Logger;
  clock?: Clock;
}

/** What locks, caches, messages and limits need of Redis. All of them work on without it. */
export interface RedisServer extends Pick<Connection, 'ask' | 'number' | 'failingMs' | 'close'> {
  /** The name under which this shop knows a key or channel. */
  key(name: string): string;
  /** A further connection, for subscriptions; it closes with this one. */
  subscriber(): Connection;
}

/** A start waits so long for Redis, and then goes on without it. */
const startMs = 1_000;
const lookEveryMs = 10;

/** Connects to Redis. Never rejects: a server that is away is used as soon as it is there. */
export const connectRedis = async ({
  url,
  prefix,
  logger,
  clock = systemClock,
}: RedisOptions): Promise<RedisServer> => {
  const open = (name: string) => openConnection({ url, name, logger, clock });
  const commands = open('commands');
  const subscribers: Connection[] = [];
  for (let waited = 0; waited < startMs && commands.number() === undefined; waited += lookEveryMs) {
    await clock.sleep(lookEveryMs);
  }
  return {
    ask: commands.ask,
    number: commands.number,
    key: (name) => prefix + name,
    subscriber() {
      const subscriber = open('subscriptions');
      subscribers.push(subscriber);
      return subscriber;
    },
    failingMs: () => Math.max(...[commands, ...subscribers].map((one) => one.failingMs())),
    async close() {
      await Promise.all([commands, ...subscribers].map((one) => one.close()));
    },
  };
};
