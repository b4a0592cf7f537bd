import { Gauge } from 'prom-client';
import type { Clock } from '../time/clock.ts';
import type { Metrics } from './metrics.ts';

/** One series of a gauge. */
export interface Reading {
  labels: Record<string, string>;
  value: number;
}

export interface GaugeOptions {
  name: string;
  help: string;
  labels: readonly string[];
  /** Asked at each scrape. */
  read: () => Promise<readonly Reading[]>;
  clock: Clock;
}

const patienceMs = 2_000;

/**
 * A gauge that is read when it is scraped. Where that fails, or takes more than 2 s, its series are left out, so that a
 * lost database costs its own numbers and no others.
 */
export const registerGauge = ({ registry }: Metrics, { name, help, labels, read, clock }: GaugeOptions): void => {
  new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    async collect() {
      const done = new AbortController();
      try {
        const late = clock.sleep(patienceMs, done.signal).then(() => [] as readonly Reading[]);
        const readings = await Promise.race([read(), late]);
        this.reset();
        for (const reading of readings) this.set(reading.labels, reading.value);
      } catch {
        this.reset();
      } finally {
        done.abort();
      }
    },
  });
};
