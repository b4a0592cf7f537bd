import { expect, it } from 'vitest';
import { createMetrics } from '../../telemetry/metrics.ts';
import { eventually } from '../../testing/eventually.ts';
import { systemIds as ids } from '../../time/system.ts';
import { orderEvent } from '../event-log.conformance.ts';
import { countKafkaRequests } from './requests.ts';
import { testLogs } from './testing.ts';

const open = testLogs();

it('When events are published and read, then the requests for it are counted, until that is ended', async () => {
  const log = await open();
  const { registry } = createMetrics({ service: 'test', defaults: false });
  const end = countKafkaRequests({ registry });
  const counted = async () => {
    const { values = [] } = (await registry.getSingleMetric('shop_kafka_requests_total')?.get()) ?? {};
    return Object.fromEntries(values.map(({ labels, value }) => [labels.request, value]));
  };
  expect(await counted()).toEqual({ Produce: 0, Fetch: 0 });

  const key = ids.uuid();
  let received = 0;
  const subscription = await log.subscribe({
    group: ids.uuid(),
    topics: ['order'],
    async deliver(events) {
      received += events.filter((event) => event.key === key).length;
    },
  });
  for (const version of [1, 2, 3]) await log.publish('order', [orderEvent(key, version)]);
  await eventually(() => received === 3);
  expect(await counted()).toMatchObject({ Produce: 3, Fetch: expect.any(Number) });
  expect((await counted()).Fetch).toBeGreaterThan(0);

  end();
  await log.publish('order', [orderEvent(key, 4)]);
  expect(await counted()).toMatchObject({ Produce: 3 });
  await subscription.close();
});
