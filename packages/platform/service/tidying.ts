import { Counter } from 'prom-client';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import { startLoop } from '../lifecycle/loop.ts';
import { retention } from '../messaging/retention.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Clock } from '../time/clock.ts';

/** Forgets what is older than `old`, at most `limit` rows; answers how many. */
export type Forget = (old: Date, limit: number) => Promise<number>;

interface TidyingOptions {
  /** What is forgotten, by what it is. */
  forget: Record<string, Forget>;
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
export const startTidying = ({ forget, lifecycle, clock, logger, metrics, keepMs }: TidyingOptions): void => {
  const removed = new Counter({
    name: 'shop_tidied_rows_total',
    help: 'Rows that were old enough to be forgotten',
    labelNames: ['what'] as const,
    registers: [metrics.registry],
  });
  /** Traces of sagas must outlive every message about them, whatever was configured. */
  const keptMs = Math.max(keepMs, retention.inboxMs);
  const loop = startLoop({
    name: 'tidying',
    everyMs: TIDY_EVERY_MS,
    clock,
    logger,
    async work(signal) {
      const old = new Date(clock.now().getTime() - keptMs);
      let more = false;
      for (const [what, forgetSome] of Object.entries(forget)) {
        if (signal.aborted) return false;
        const rows = await forgetSome(old, BATCH);
        if (rows > 0) logger.info({ what, rows }, 'forgot what is old');
        removed.inc({ what }, rows);
        more ||= rows >= BATCH;
      }
      return more;
    },
  });
  lifecycle.onStop('tidying', () => loop.stop());
};
