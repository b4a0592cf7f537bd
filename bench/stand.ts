import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLeash } from '../deploy/local/servers/leash.ts';
import { type Stack, startStack } from '../deploy/local/stack.ts';
import { openCounters } from './durable.ts';
import type { FloorUrls } from './floor.ts';
import type { Place } from './goods.ts';
import type { Gauges } from './measure.ts';
import { readCpu } from './processes.ts';
import { readHeaps } from './soak/heap.ts';
import { type Memory, readMemory } from './soak/memory.ts';

/** A shop to be loaded, and what can be looked at meanwhile. */
export interface Stand {
  place: Place;
  gauges: Gauges;
  /** Where its servers are, when they are ours. */
  servers?: FloorUrls;
  /** What each of its processes takes, when they are ours. */
  memory?: () => Promise<Memory[]>;
  /** What is in use on the heap of each service, swept for it; only where they were started for that. */
  heaps?: () => Promise<Memory[]>;
  close(): Promise<void>;
}

/** The CPU time of this process, which makes the load, so far. */
export const loadCpu = async (): Promise<Record<string, number>> => {
  const { user, system } = process.cpuUsage();
  return { load: (user + system) / 1000 };
};

const gaugesOf = async (stack: Stack): Promise<Gauges & { close(): Promise<void> }> => {
  const { DATABASE_URL: postgres = '' } = stack.environmentOf('order');
  const { MONGO_URL: mongo } = stack.environmentOf('cart');
  const places = Object.values(stack.plan.services).flat();
  const metrics = places.map(({ metricsPort }) => `http://127.0.0.1:${metricsPort}/metrics`);
  const counters = await openCounters({ postgres, mongo, metrics });
  return {
    counters,
    async cpu() {
      const roots = stack.processes.flatMap(({ name, pid }) => (pid === undefined ? [] : [{ name, pid }]));
      return { ...(await readCpu(roots)), ...(await loadCpu()) };
    },
    close: counters.close,
  };
};

/** Starts the real servers, the six services and the edge in a temporary folder; all of it goes with this process. */
export const ownStand = async (
  report: (sentence: string) => void,
  signal: AbortSignal,
  env: Record<string, string> = {},
): Promise<Stand> => {
  const dir = await mkdtemp(join(tmpdir(), 'shop-bench-'));
  const leash = createLeash();
  leash.hold({ folder: dir });
  const stack = await startStack({
    dir,
    port: 0,
    freePorts: true,
    seed: false,
    env: { RATE_LIMIT: 'off', LOG_LEVEL: 'warn', ...env },
    report,
    signal,
    onStart: (process, group) => leash.hold({ process, group }),
  }).catch(async (error) => {
    await leash.end();
    throw error;
  });
  const gauges = await gaugesOf(stack);
  const { DATABASE_URL: postgres = '', KAFKA_BROKERS: kafka = '' } = stack.environmentOf('order');
  const { MONGO_URL: mongo = '' } = stack.environmentOf('cart');
  return {
    place: { url: stack.url, admin: stack.secrets.admin },
    gauges,
    servers: { postgres, mongo, kafka },
    memory: () => readMemory(stack.processes),
    heaps: () => readHeaps(stack.processes),
    async close() {
      await gauges.close();
      await stack.destroy();
      await leash.end();
    },
  };
};

/** A shop that runs already, of which nothing but its door is known. */
export const givenStand = (place: Place): Stand => ({
  place,
  gauges: { cpu: loadCpu, counters: { read: async () => ({}) } },
  close: async () => {},
});
