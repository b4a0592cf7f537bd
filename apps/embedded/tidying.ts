import { discountGroup } from '@shop/discount/events.ts';
import { inventoryGroup } from '@shop/inventory/events.ts';
import type { Lifecycle } from '@shop/platform/lifecycle/lifecycle.ts';
import { startLoop } from '@shop/platform/lifecycle/loop.ts';
import { pruneInbox } from '@shop/platform/messaging/inbox.ts';
import type { PostgresEventLog } from '@shop/platform/messaging/postgres-log.ts';
import { retention } from '@shop/platform/messaging/retention.ts';
import { pruneKeys } from '@shop/platform/postgres/idempotency.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';
import type { Metrics } from '@shop/platform/telemetry/metrics.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { Counter } from 'prom-client';
import type { Databases } from './databases.ts';
import type { Services } from './services.ts';

interface TidyingOptions {
  services: Services;
  databases: Databases;
  log: PostgresEventLog;
  lifecycle: Lifecycle;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  /** How long finished work is kept in detail, in milliseconds. */
  keepMs: number;
}

const TIDY_EVERY_MS = 600_000;
const BATCH = 1_000;

/**
 * Forgets what is older than anything that can still arrive, and the details of what ended long ago: a batch of each
 * at a time, as long as there is more.
 */
export const startTidying = (options: TidyingOptions): void => {
  const { lifecycle, clock, logger, metrics } = options;
  const removed = new Counter({
    name: 'shop_tidied_rows_total',
    help: 'Rows that were old enough to be forgotten',
    labelNames: ['what'] as const,
    registers: [metrics.registry],
  });
  const loop = startLoop({
    name: 'tidying',
    everyMs: TIDY_EVERY_MS,
    clock,
    logger,
    async work(signal) {
      let more = false;
      for (const [what, forget] of Object.entries(duties(options))) {
        if (signal.aborted) return false;
        const rows = await forget();
        if (rows > 0) logger.info({ what, rows }, 'forgot what is old');
        removed.inc({ what }, rows);
        more ||= rows >= BATCH;
      }
      return more;
    },
  });
  lifecycle.onStop('tidying', () => loop.stop());
};

const duties = ({ services, databases, log, clock, keepMs }: TidyingOptions) => {
  const now = clock.now();
  const ago = (ms: number) => new Date(now.getTime() - ms);
  /** Traces of sagas must outlive every message about them, whatever was configured. */
  const old = ago(Math.max(keepMs, retention.inboxMs));
  return {
    'inbox of inventory': () => pruneInbox(databases.of(inventoryGroup), ago(retention.inboxMs), BATCH),
    'inbox of discount': () => pruneInbox(databases.of(discountGroup), ago(retention.inboxMs), BATCH),
    'replies of inventory': () => pruneKeys(databases.of('inventory'), old, BATCH),
    'replies of order': () => pruneKeys(databases.of('order'), old, BATCH),
    'details of sagas': () => services.orderStore.forgetDetails(old, BATCH),
    'tombstones of inventory': () => services.inventoryStore.forgetReleased(old, BATCH),
    'tombstones of discount': () => services.discountStore.forgetReleased(old, BATCH),
    'event log': () => log.prune(),
    'refresh tokens': () => services.identity.cleanUp(now),
  };
};
