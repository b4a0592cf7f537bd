import { setTimeout as pause } from 'node:timers/promises';
import { openMarket } from '../goods.ts';
import type { Stand } from '../stand.ts';
import { startLoad } from './load.ts';
import type { Memory } from './memory.ts';
import { type Sample, slopeOf, type Trend, trendOf } from './trend.ts';

export interface SoakOptions {
  minutes: number;
  /** Orders a second. */
  perSecond: number;
}

/** What one process took over time. */
export interface ProcessMemory {
  name: string;
  memory: Trend;
  /** Of a service: what was in use of its heap when that had just been swept. */
  heap?: Trend;
  samples: Sample[];
}

export interface Soak extends SoakOptions {
  /** So many minutes the shop is given to get warm. */
  warmUp: number;
  /** What came of it: orders, and how often something else was said. */
  orders: number;
  told: Readonly<Record<string, number>>;
  processes: ProcessMemory[];
}

const everyMs = 10_000;
const longestWarmUp = 3;

type Series = Map<string, Sample[]>;

const note = (series: Series, minute: number, read: readonly Memory[]): void => {
  for (const { name, mb } of read) series.set(name, [...(series.get(name) ?? []), { minute, mb }]);
};

interface Surroundings {
  report: (sentence: string) => void;
  signal: AbortSignal;
}

/** The heap at the start, half way, and at the end. */
const heapTrend = (samples: readonly Sample[] = []): Trend | undefined => {
  const [first, last] = [samples[0], samples.at(-1)];
  return first && last && { start: first.mb, end: last.mb, slope: slopeOf(samples.slice(1)) };
};

/**
 * Loads a shop at one rate, and tells what memory each of its processes takes meanwhile. Heaps are swept three times for
 * it: after the warm-up, half way, and at the end.
 */
export const soak = async (stand: Stand, options: SoakOptions, { report, signal }: Surroundings): Promise<Soak> => {
  const { minutes, perSecond } = options;
  const warmUp = Math.min(longestWarmUp, minutes / 3);
  const market = await openMarket(stand.place, 32);
  const load = await startLoad(market, perSecond);
  const begin = performance.now();
  const sofar = () => (performance.now() - begin) / 60_000;
  const [resident, heaps]: [Series, Series] = [new Map(), new Map()];
  const sweeps = [warmUp, (warmUp + minutes) / 2, minutes];
  while (sofar() < minutes && !signal.aborted) {
    await pause(everyMs, undefined, { signal }).catch(() => {});
    note(resident, sofar(), (await stand.memory?.()) ?? []);
    if (sofar() < (sweeps[0] ?? Number.POSITIVE_INFINITY)) continue;
    sweeps.shift();
    note(heaps, sofar(), (await stand.heaps?.()) ?? []);
    report(`${sofar().toFixed(0)} of ${minutes} minutes, ${load.orders()} orders`);
  }
  await load.stop();
  await market.close();
  const span = { warmUp, minutes: Math.min(minutes, sofar()) };
  const processes = [...resident].map(([name, samples]): ProcessMemory => {
    const heap = heapTrend(heaps.get(name));
    return { name, memory: trendOf(samples, span), ...(heap && { heap }), samples };
  });
  return { ...options, warmUp, orders: load.orders(), told: load.told, processes };
};
