import type { Live } from '../coordination/live.ts';
import { memoryLive } from '../coordination/memory-live.ts';
import type { Ids } from '../time/ids.ts';
import type { RedisServer } from './redis.ts';

/**
 * Tells watchers in all processes: those of this one directly, so that they need no Redis, the others through a
 * connection of its own, whose subscriptions are made anew with it.
 */
export const redisLive = (redis: RedisServer, ids: Ids): Live => {
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
      here.publish(channel.slice(stem.length), JSON.parse(text.slice(end + 1)));
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

  const leave = (channel: string): void => {
    const left = (watchers.get(channel) ?? 1) - 1;
    if (left > 0) watchers.set(channel, left);
    else if (watchers.delete(channel)) void tell('unsubscribe', [channel]);
  };

  return {
    publish(channel, message) {
      here.publish(channel, message);
      const json = JSON.stringify(message);
      if (json !== undefined) void redis.ask((client) => client.publish(stem + channel, `${sender} ${json}`));
    },
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
