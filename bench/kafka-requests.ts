import { countKafkaRequests } from '@shop/platform/messaging/kafka/requests.ts';
import { Registry } from 'prom-client';

/** How often each request was sent, in what a process says on /metrics. */
export const requestsIn = (metrics: string): Record<string, number> => {
  const found = metrics.matchAll(/^shop_kafka_requests_total\{[^}]*request="(\w+)"[^}]*\} (\d+)$/gm);
  return Object.fromEntries([...found].map(([, request = '', times]) => [request, Number(times)]));
};

/** Reads what the processes that serve these metrics, and this one, have asked of Kafka so far. */
export const openKafkaRequests = (metricsUrls: readonly string[]) => {
  const registry = new Registry();
  const end = countKafkaRequests({ registry });
  return {
    async read(): Promise<Record<string, number>> {
      const others = metricsUrls.map(async (url) => (await fetch(url)).text());
      const all = (await Promise.all([registry.metrics(), ...others])).map(requestsIn);
      const sum = (request: string) => all.reduce((total, counted) => total + (counted[request] ?? 0), 0);
      return { 'Kafka produce requests': sum('Produce'), 'Kafka fetch requests': sum('Fetch') };
    },
    end,
  };
};
