import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { protocolAPIsById } from '@platformatic/kafka';
import { Counter } from 'prom-client';
import type { Metrics } from '../../telemetry/metrics.ts';

/** Told of each request by `@platformatic/kafka`, as it goes out. */
const channel = 'tracing:plt:kafka:connections:api:start';

/** Counts what this process asks of Kafka's brokers, by the protocol's names, until the answered function is called. */
export const countKafkaRequests = ({ registry }: Pick<Metrics, 'registry'>): (() => void) => {
  const requests = new Counter({
    name: 'shop_kafka_requests_total',
    help: 'Requests that were sent to Kafka',
    labelNames: ['request'] as const,
    registers: [registry],
  });
  for (const request of ['Produce', 'Fetch']) requests.inc({ request }, 0);
  const count = (message: unknown): void => {
    const { apiKey } = message as { apiKey: number };
    requests.inc({ request: protocolAPIsById[apiKey] ?? String(apiKey) });
  };
  subscribe(channel, count);
  return () => void unsubscribe(channel, count);
};
