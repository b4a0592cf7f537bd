import type { Live } from '@shop/platform/coordination/live.ts';
import type { Locks } from '@shop/platform/coordination/locks.ts';
import { memoryLocks } from '@shop/platform/coordination/memory-locks.ts';
import { count, type Process, type World } from './world.ts';

/** Locks of all processes, as Redis keeps them: they may be gone at any moment, and then everybody is let through. */
export interface SharedLocks {
  connect(process: Process): Locks;
  flush(): void;
}

export const createSharedLocks = (world: World): SharedLocks => {
  let locks = memoryLocks(world.clock);
  return {
    connect: (process) => ({
      acquire: (key, owner, ttlMs) =>
        world.call(process, 'locks.acquire', () => locks.acquire(key, owner, ttlMs)).catch(() => true),
      release: (key, owner) =>
        world.call(process, 'locks.release', () => locks.release(key, owner)).catch(() => undefined),
    }),
    flush() {
      locks = memoryLocks(world.clock);
    },
  };
};

/** Messages to watchers in all processes; late, out of order, or lost. */
export interface SharedLive {
  connect(process: Process): Live;
}

interface Watcher {
  process: Process;
  listener: (message: unknown) => void;
}

export const createSharedLive = (world: World): SharedLive => {
  const channels = new Map<string, Set<Watcher>>();
  return {
    connect: (process) => ({
      publish(channel, message) {
        const watchers = channels.get(channel);
        if (!watchers || !process.isAlive) return;
        const json = JSON.stringify(message);
        for (const watcher of watchers) {
          const fault = world.chaos.ofMessage();
          if (fault?.kind === 'lost') {
            count(world.coverage, 'live: lost');
            continue;
          }
          world.reach(watcher.process, world.latency(), 'live', () => {
            if (watchers.has(watcher)) watcher.listener(JSON.parse(json));
          });
        }
      },
      subscribe(channel, listener) {
        const watcher = { process, listener };
        const watchers = channels.get(channel) ?? new Set();
        channels.set(channel, watchers.add(watcher));
        return () => watchers.delete(watcher);
      },
    }),
  };
};
