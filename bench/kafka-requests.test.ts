import { countKafkaRequests } from '@shop/platform/messaging/kafka/requests.ts';
import { createMetrics } from '@shop/platform/telemetry/metrics.ts';
import { expect, it } from 'vitest';
import { requestsIn } from './kafka-requests.ts';

it('When a process serves its metrics, then its requests to Kafka are found among them', async () => {
  const metrics = createMetrics({ service: 'order' });
  expect(requestsIn(await metrics.registry.metrics())).toEqual({});
  const end = countKafkaRequests(metrics);
  expect(requestsIn(await metrics.registry.metrics())).toEqual({ Produce: 0, Fetch: 0 });
  end();
});
