import { statfs } from 'node:fs/promises';
import type { PostgresEventLog } from '@shop/platform/messaging/postgres-log.ts';
import { type Reading, registerGauge } from '@shop/platform/telemetry/gauges.ts';
import type { Metrics } from '@shop/platform/telemetry/metrics.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Part } from './background.ts';
import { type Databases, databaseNames } from './databases.ts';
import type { Services } from './services.ts';

interface GaugesOptions {
  metrics: Metrics;
  services: Services;
  databases: Databases;
  log: PostgresEventLog;
  parts: readonly Part[];
  dataDir: string;
  clock: Clock;
}

/** What is looked at when metrics are scraped, and only then. */
export const registerGauges = ({ metrics, services, databases, log, parts, dataDir, clock }: GaugesOptions): void => {
  const gauge = (name: string, help: string, labels: string[], read: () => Promise<readonly Reading[]>) =>
    registerGauge(metrics, { name, help, labels, read, clock });

  gauge('shop_sagas', 'Sagas that have not ended, by state', ['state'], async () =>
    Object.entries(await services.orderStore.unfinished()).map(([state, value]) => ({ labels: { state }, value })),
  );
  gauge('shop_outbox_depth', 'Events that are committed and not sent yet', ['outbox'], () =>
    Promise.all(
      Object.entries(services.outboxes).map(async ([outbox, { source }]) => ({
        labels: { outbox },
        value: await source.depth(),
      })),
    ),
  );
  gauge('shop_consumer_lag', 'Events that a group has yet to handle', ['group', 'topic'], async () =>
    (await log.lag()).map(({ group, topic, behind }) => ({ labels: { group, topic }, value: behind })),
  );
  gauge('shop_dead_letters', 'Dead letters that wait for somebody to send them again', [], async () => [
    { labels: {}, value: await log.deadLetters.waiting() },
  ]);
  gauge('shop_part_failing_seconds', 'For how long a relay or consumer has failed; 0 is well', ['part'], async () =>
    parts.map(({ name, failingMs }) => ({ labels: { part: name }, value: failingMs() / 1000 })),
  );
  gauge('shop_data_free_bytes', 'Bytes that may still be written where the data folder is', [], async () => {
    const { bavail, bsize } = await statfs(dataDir);
    return [{ labels: {}, value: bavail * bsize }];
  });
  gauge('shop_postgres_connections', 'Connections to PostgreSQL, by state', ['database', 'state'], async () =>
    databaseNames.flatMap((database) => {
      const { total, idle, waiting } = databases.of(database).connections();
      return Object.entries({ busy: total - idle, idle, waiting }).map(([state, value]) => ({
        labels: { database, state },
        value,
      }));
    }),
  );
};
