import type { Live } from '../coordination/live.ts';
import { memoryLive } from '../coordination/memory-live.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import { systemClock } from '../time/system.ts';
import type { RedisServer } from './redis.ts';

/** Messages for other processes are gathered for so long: a saga that hurries through its steps tells of them together. */
const gatherMs = 20;

/** Watchers of all processes, and those of this one alone. */
export interface RedisLive extends Live {
  /** For who waits for what this process does itself: it costs Redis nothing. */
  here: Pick<Live, 'subscribe'>;
}

/**
 * Tells watchers in all processes: those of this one directly, so that they need no Redis, the others through a
 * connection of its own, whose subscriptions are made anew with it.
 */
export const redisLive = (redis: RedisServer, ids: Ids, clock: Clock = systemClock): RedisLive => {
  const here = memoryLive();
  const subscriber = redis.subscriber();
  /** Stands before what this process sends: its own watchers have got that already. */
  const sender = ids.secret(9);
  /** How many watch a channel here. */
  const watchers = new Map<string, number>();
  const stem = redis.key('live:');

  subscriber.onMessage((channel, text) => {
    const end = text.indexOf(' ');
    if (text.slice(0, end) === sender) return;
    try {
      for (const message of JSON.parse(text.slice(end + 1))) here.publish(channel.slice(stem.length), message);
    } catch {
      // Somebody else's message; nobody here waits for it.
    }
  });

  /** A connection that did not take this is made anew; on every new one all channels are named again. */
  const tell = async (what: 'subscribe' | 'unsubscribe', channels: readonly string[]): Promise<void> => {
    if (channels.length === 0 || subscriber.number() === undefined) return;
    const done = await subscriber.ask((client) => client[what](...channels.map((channel) => stem + channel)));
    if (done === undefined) subscriber.remake();
  };
  subscriber.onMade(() => void tell('subscribe', [...watchers.keys()]));

  /** What waits to be told elsewhere, as JSON, by channel. */
  let gathered = new Map<string, string[]>();
  const tellElsewhere = async (): Promise<void> => {
    await clock.sleep(gatherMs);
    const channels = gathered;
    gathered = new Map();
    await redis.ask((client) => {
      const pipeline = client.pipeline();
      for (const [channel, messages] of channels) pipeline.publish(stem + channel, `${sender} [${messages.join()}]`);
      return pipeline.exec();
    });
  };

  const leave = (channel: string): void => {
    const left = (watchers.get(channel) ?? 1) - 1;
    if (left > 0) watchers.set(channel, left);
    else if (watchers.delete(channel)) void tell('unsubscribe', [channel]);
  };

  return {
    publish(channel, message) {
      here.publish(channel, message);
      const json = JSON.stringify(message);
      if (json === undefined) return;
      if (gathered.size === 0) void tellElsewhere();
      const messages = gathered.get(channel);
      if (messages) messages.push(json);
      else gathered.set(channel, [json]);
    },
    here: { subscribe: here.subscribe },
    subscribe(channel, listener) {
      const before = watchers.get(channel) ?? 0;
      watchers.set(channel, before + 1);
      const stop = here.subscribe(channel, listener);
      if (before === 0) void tell('subscribe', [channel]);
      let stopped = false;
      return () => {
        if (stopped) return;
        stopped = true;
        stop();
        leave(channel);
      };
    },
  };
};
