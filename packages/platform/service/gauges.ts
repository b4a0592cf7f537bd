import type { DeadLetters } from '../messaging/dead-letters.ts';
import type { Lag } from '../messaging/journal.ts';
import type { Postgres } from '../postgres/postgres.ts';
import { type Reading, registerGauge } from '../telemetry/gauges.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Clock } from '../time/clock.ts';
import type { Background, Part } from './background.ts';

/** A gauge of a process, read when metrics are scraped and only then. */
export type AddGauge = (
  name: string,
  help: string,
  labels: readonly string[],
  read: () => Promise<readonly Reading[]>,
) => void;

export const gaugesOf =
  (metrics: Metrics, clock: Clock): AddGauge =>
  (name, help, labels, read) =>
    registerGauge(metrics, { name, help, labels, read, clock });

/** What every process that moves events tells: what waits in its outboxes, and which parts fail. */
export const addBackgroundGauges = (add: AddGauge, services: readonly Background[], parts: readonly Part[]): void => {
  const outboxes = services.flatMap(({ name, outbox }) => (outbox ? [{ name, outbox }] : []));
  if (outboxes.length > 0)
    add('shop_outbox_depth', 'Events that are committed and not sent yet', ['outbox'], () =>
      Promise.all(
        outboxes.map(async ({ name, outbox }) => ({ labels: { outbox: name }, value: await outbox.source.depth() })),
      ),
    );
  add('shop_part_failing_seconds', 'For how long a relay or consumer has failed; 0 is well', ['part'], async () =>
    parts.map(({ name, failingMs }) => ({ labels: { part: name }, value: failingMs() / 1000 })),
  );
};

/** What the log tells: how far its groups are behind, and what became a dead letter. */
export const addLogGauges = (
  add: AddGauge,
  { lag, deadLetters }: { lag(): Promise<readonly Lag[]>; deadLetters: Pick<DeadLetters, 'waiting'> },
): void => {
  add('shop_consumer_lag', 'Events that a group has yet to handle', ['group', 'topic'], async () =>
    (await lag()).map(({ group, topic, behind }) => ({ labels: { group, topic }, value: behind })),
  );
  add('shop_dead_letters', 'Dead letters that wait for somebody to send them again', [], async () => [
    { labels: {}, value: await deadLetters.waiting() },
  ]);
};

/** The connections of each pool, by the database's name. */
export const addConnectionGauge = (add: AddGauge, pools: Record<string, Pick<Postgres, 'connections'>>): void =>
  add('shop_postgres_connections', 'Connections to PostgreSQL, by state', ['database', 'state'], async () =>
    Object.entries(pools).flatMap(([database, pool]) => {
      const { total, idle, waiting } = pool.connections();
      return Object.entries({ busy: total - idle, idle, waiting }).map(([state, value]) => ({
        labels: { database, state },
        value,
      }));
    }),
  );
