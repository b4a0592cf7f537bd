import { Redis } from 'ioredis';
import { startLoop } from '../lifecycle/loop.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';

export type Command<T> = (client: Redis) => Promise<T>;

/** One connection to a server that may be away: it is asked where it can answer at once, and never waited for. */
export interface Connection {
  /**
   * What the command answers; undefined, at once, while there is no connection, and after 100 ms without an answer.
   * Never rejects.
   */
  ask<T>(command: Command<T>): Promise<T | undefined>;
  /** The number of the connection, which rises each time it is made anew; undefined while there is none. */
  number(): number | undefined;
  /** Calls `listener` whenever the connection has been made. */
  onMade(listener: () => void): void;
  /** Calls `listener` with what is published on the channels that were subscribed to. */
  onMessage(listener: (channel: string, text: string) => void): void;
  /** Has the connection made anew: what was set up on it is not known any more. */
  remake(): void;
  /** For how long the server has not answered, in milliseconds; 0 when all is well. */
  failingMs(): number;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  url: string;
  /** What it is for, for the log. */
  name: string;
  logger: Logger;
  clock: Clock;
}

const answerMs = 100;
const connectMs = 1_000;
/**
 * A server that has been silent for longer is connected to anew, and until it takes that nobody waits for it: it is
 * stuck, or the way to it is gone without anyone having said so.
 */
const silentMs = 500;
/** So often it is asked for a sign of life. */
const beatMs = 1_000;
const longestRetryMs = 500;
const complainEveryMs = 60_000;

const isSilence = (error: unknown): boolean => error instanceof Error && error.message === 'Command timed out';

/** Never the error itself: it may hold the command that failed, and that the password. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.message || String((error as NodeJS.ErrnoException).code ?? error.name);
};

/** Opens a connection and keeps it: it is made anew as soon as the server is there, for as long as it takes. */
export const openConnection = ({ url, name, logger, clock }: ConnectionOptions): Connection => {
  const client = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    commandTimeout: answerMs,
    connectTimeout: connectMs,
    retryStrategy: (times) => Math.min(50 * times, longestRetryMs),
  });
  const now = () => clock.now().getTime();
  let made = 0;
  let awaySince: number | undefined = now();
  let told = false;
  let closing = false;
  let reason = 'it does not answer';
  let silentSince: number | undefined;
  let complainedAt = Number.NEGATIVE_INFINITY;

  // Before any other listener, so that those see the connection as made.
  client.on('ready', () => {
    made += 1;
    if (told) logger.info({ redis: name }, 'Redis is back');
    told = false;
    awaySince = silentSince = undefined;
  });
  client.on('error', (error) => {
    reason = reasonOf(error);
  });
  client.on('close', () => {
    awaySince ??= silentSince ?? now();
    if (told || closing) return;
    told = true;
    logger.warn({ redis: name, reason }, 'Redis is away: until it is back there are no locks, cache and messages');
  });

  const failed = (error: unknown): void => {
    if (closing || client.status !== 'ready') return;
    if (!isSilence(error)) {
      // It answers, but not as it should: it is full, or read-only.
      if (now() - complainedAt < complainEveryMs) return;
      complainedAt = now();
      logger.warn({ redis: name, reason: reasonOf(error) }, 'Redis refuses a command');
      return;
    }
    reason = 'it does not answer';
    silentSince ??= now();
    if (now() - silentSince >= silentMs) client.disconnect(true);
  };

  const ask = async <T>(command: Command<T>): Promise<T | undefined> => {
    if (client.status !== 'ready') return undefined;
    try {
      const answer = await command(client);
      silentSince = undefined;
      return answer;
    } catch (error) {
      failed(error);
      return undefined;
    }
  };

  const beat = startLoop({
    name: `heartbeat of Redis, ${name}`,
    everyMs: beatMs,
    work: async () => {
      await ask((one) => one.ping());
      return false;
    },
    clock,
    logger,
  });

  return {
    ask,
    number: () => (client.status === 'ready' ? made : undefined),
    onMade: (listener) => client.on('ready', listener),
    onMessage: (listener) => client.on('message', listener),
    remake: () => {
      if (client.status === 'ready') client.disconnect(true);
    },
    failingMs: () => {
      const since = awaySince ?? silentSince;
      return since === undefined ? 0 : now() - since;
    },
    async close() {
      closing = true;
      await beat.stop();
      await ask((one) => one.quit());
      client.disconnect();
    },
  };
};
