import type { Live } from './live.ts';

/** Tells watchers within this process, in order, each with a copy of its own and after the publisher has gone on. */
export const memoryLive = (): Live => {
  const channels = new Map<string, Set<(message: unknown) => void>>();

  const tell = (channel: string, json: string): void => {
    for (const listener of [...(channels.get(channel) ?? [])]) {
      try {
        listener(JSON.parse(json));
      } catch {
        // A watcher's fault must reach neither the publisher nor the other watchers.
      }
    }
  };

  return {
    publish(channel, message) {
      if (!channels.has(channel)) return;
      const json = JSON.stringify(message);
      if (json !== undefined) queueMicrotask(() => tell(channel, json));
    },
    subscribe(channel, listener) {
      // A function of its own, so that a listener that subscribes twice is called twice.
      const own = (message: unknown) => listener(message);
      const listeners = channels.get(channel) ?? new Set();
      channels.set(channel, listeners.add(own));
      return () => {
        listeners.delete(own);
        if (listeners.size === 0 && channels.get(channel) === listeners) channels.delete(channel);
      };
    },
  };
};
