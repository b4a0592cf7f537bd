import { statfs } from 'node:fs/promises';
import { addSagaGauge } from '@shop/order/gauges.ts';
import type { PostgresEventLog } from '@shop/platform/messaging/postgres-log.ts';
import type { Background, Part } from '@shop/platform/service/background.ts';
import { addBackgroundGauges, addConnectionGauge, addLogGauges, gaugesOf } from '@shop/platform/service/gauges.ts';
import type { Metrics } from '@shop/platform/telemetry/metrics.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { type Databases, databaseNames } from './databases.ts';
import type { Services } from './services.ts';

interface GaugesOptions {
  metrics: Metrics;
  services: Services;
  backgrounds: readonly Background[];
  databases: Databases;
  log: PostgresEventLog;
  parts: readonly Part[];
  dataDir: string;
  clock: Clock;
}

/** What is looked at when metrics are scraped, and only then. */
export const registerGauges = (options: GaugesOptions): void => {
  const { metrics, services, backgrounds, databases, log, parts, dataDir, clock } = options;
  const add = gaugesOf(metrics, clock);
  addSagaGauge(add, services.orderStore);
  addBackgroundGauges(add, backgrounds, parts);
  addLogGauges(add, log);
  addConnectionGauge(add, Object.fromEntries(databaseNames.map((name) => [name, databases.of(name)])));
  add('shop_data_free_bytes', 'Bytes that may still be written where the data folder is', [], async () => {
    const { bavail, bsize } = await statfs(dataDir);
    return [{ labels: {}, value: bavail * bsize }];
  });
};
