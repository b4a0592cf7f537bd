import { setTimeout as pause } from 'node:timers/promises';
import { openMarket } from '../goods.ts';
import type { Stand } from '../stand.ts';
import { startLoad } from './load.ts';
import type { Memory } from './memory.ts';
import { lowest, type Sample, type Trend, trendOf } from './trend.ts';

export interface SoakOptions {
  minutes: number;
  /** Orders a second. */
  perSecond: number;
}

/** What one process took over time. */
export interface ProcessMemory {
  name: string;
  memory: Trend;
  /** Of a service: its heap, as low as it was in each minute. */
  heap?: Trend;
  samples: Sample[];
}

export interface Soak extends SoakOptions {
  /** How long it takes until the shop is warm. */
  warmUp: number;
  /** What came of it: orders, and how often something else was said. */
  orders: number;
  told: Readonly<Record<string, number>>;
  processes: ProcessMemory[];
}

const everyMs = 10_000;
const longestWarmUp = 3;

type Series = Map<string, { memory: Sample[]; heap: Sample[] }>;

const note = (series: Series, minute: number, read: readonly Memory[]): void => {
  for (const { name, mb, heapMb } of read) {
    const one = series.get(name) ?? { memory: [], heap: [] };
    one.memory.push({ minute, mb });
    if (heapMb !== undefined) one.heap.push({ minute, mb: heapMb });
    series.set(name, one);
  }
};

interface Surroundings {
  report: (sentence: string) => void;
  signal: AbortSignal;
}

/** Loads a shop at one rate, and tells what memory each of its processes takes meanwhile. */
export const soak = async (stand: Stand, options: SoakOptions, { report, signal }: Surroundings): Promise<Soak> => {
  const { minutes, perSecond } = options;
  const market = await openMarket(stand.place, 32);
  const load = await startLoad(market, perSecond);
  const begin = performance.now();
  const sofar = () => (performance.now() - begin) / 60_000;
  const series: Series = new Map();
  let told = 0;
  while (sofar() < minutes && !signal.aborted) {
    await pause(everyMs, undefined, { signal }).catch(() => {});
    note(series, sofar(), (await stand.memory?.()) ?? []);
    if (Math.floor(sofar()) > told) {
      told = Math.floor(sofar());
      report(`${told} of ${minutes} minutes, ${load.orders()} orders`);
    }
  }
  await load.stop();
  await market.close();
  const span = { warmUp: Math.min(longestWarmUp, minutes / 3), minutes: Math.min(minutes, sofar()) };
  const processes = [...series].map(([name, { memory, heap }]): ProcessMemory => {
    const trend = trendOf(memory, span);
    return { name, memory: trend, ...(heap.length > 0 && { heap: trendOf(lowest(heap), span) }), samples: memory };
  });
  return { ...options, warmUp: span.warmUp, orders: load.orders(), told: load.told, processes };
};
