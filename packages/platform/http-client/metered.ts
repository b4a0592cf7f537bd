import { Counter, Histogram, type Registry } from 'prom-client';
import type { Metrics } from '../telemetry/metrics.ts';
import { stopwatch } from '../time/system.ts';

export interface CallMeter {
  /** Begins to measure a call; the function that it answers is told how it ended. */
  started(path: string): (outcome: 'answered' | 'refused' | 'failed') => void;
  retried(): void;
}

const durationsIn = (registry: Registry) => {
  const name = 'shop_call_duration_seconds';
  const labelNames = ['to', 'call', 'outcome'] as const;
  return (
    (registry.getSingleMetric(name) as Histogram<(typeof labelNames)[number]> | undefined) ??
    new Histogram({
      name,
      help: 'Seconds that a call to another service took, further tries included',
      labelNames,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    })
  );
};

const retriesIn = (registry: Registry) => {
  const name = 'shop_call_retries_total';
  return (
    (registry.getSingleMetric(name) as Counter<'to'> | undefined) ??
    new Counter({
      name,
      help: 'Calls to another service that were sent once more',
      labelNames: ['to'] as const,
      registers: [registry],
    })
  );
};

/** Measures the calls to one service; the callers of a process share the series. Without metrics it does nothing. */
export const callMeter = (metrics: Metrics | undefined, service: string): CallMeter => {
  if (!metrics) return { started: () => () => {}, retried: () => {} };
  const durations = durationsIn(metrics.registry);
  const retries = retriesIn(metrics.registry);
  retries.inc({ to: service }, 0);
  return {
    started(path) {
      const elapsed = stopwatch();
      return (outcome) => durations.observe({ to: service, call: path, outcome }, elapsed() / 1000);
    },
    retried: () => retries.inc({ to: service }),
  };
};
