import type { KeySource } from '../auth/key-set.ts';
import { jwtVerifier } from '../auth/verifier.ts';
import { type Config, type Declaration, readConfig } from '../config/config.ts';
import { listOf } from '../config/settings.ts';
import { createApp } from '../http/app.ts';
import type { Route } from '../http/route.ts';
import { listen } from '../http/server.ts';
import { createLifecycle, type Lifecycle } from '../lifecycle/lifecycle.ts';
import type { EventLog } from '../messaging/event-log.ts';
import { outboxRoutes } from '../messaging/outbox-routes.ts';
import type { Postgres } from '../postgres/postgres.ts';
import { redisRateLimits } from '../redis/rate-limits.ts';
import { connectRedis, type RedisServer } from '../redis/redis.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { createMetrics, type Metrics, serveMetrics } from '../telemetry/metrics.ts';
import { startTracing } from '../telemetry/tracing.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import { systemClock, systemIds } from '../time/system.ts';
import { type Background, failingFor, type Part, startBackground } from './background.ts';
import { addBackgroundGauges, addConnectionGauge, gaugesOf } from './gauges.ts';
import { runProcess } from './process.ts';
import type { common } from './settings.ts';
import { ServerAbsent } from './wait-for-server.ts';

type Common = Config<typeof common>;

/** What a service is put together from. */
export interface ServiceContext<C extends Common = Common> {
  name: string;
  config: C;
  lifecycle: Lifecycle;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  metrics: Metrics;
  /** What all replicas share: locks, caches, messages, the counts of limits. It may be away. */
  redis: RedisServer;
  /** Servers that requests can't do without, by name; each is asked for readiness. */
  needs: Map<string, () => Promise<unknown>>;
  /** The pools that were opened, by the database's name. */
  pools: Map<string, Pick<Postgres, 'connections'>>;
}

/** A service, put together and not yet serving. */
export interface Assembled {
  /** Made when events move already. */
  routes: () => readonly Route[] | Promise<readonly Route[]>;
  /** Where the keys of access tokens come from. */
  keys: KeySource;
  background: Background;
  /** Where events go; a service that has none needs no log. */
  log?: EventLog;
  /** Further parts whose failure is worth telling. */
  parts?: readonly Part[];
}

/** Callers and load balancers learn within this time that a process is about to end. */
const LINGER_MS = 1_000;
/** A relay or consumer that fails for longer is named by the readiness answer. */
const FAILING_MS = 10_000;

/**
 * Runs one service as a process: reads its configuration, has it put together, serves it, and ends it in order when a
 * signal says so. `assemble` registers what it opens with the lifecycle.
 */
export const runService = <D extends Declaration & typeof common>(
  name: string,
  settings: D,
  assemble: (context: ServiceContext<Config<D> & Common>) => Promise<Assembled>,
) =>
  runProcess({
    read: () => readConfig(settings, process.env) as Config<D> & Common,
    logger: ({ LOG_LEVEL }) => createLogger({ name, level: LOG_LEVEL, pretty: process.stdout.isTTY }),
    known: [ServerAbsent],
    async start(config, logger) {
      const lifecycle = createLifecycle(logger);
      const metrics = createMetrics({ service: name });
      const [clock, ids] = [systemClock, systemIds];
      const tracing = startTracing({ settings: config, service: name, clock, ids, logger });
      lifecycle.onStop('tracing', () => tracing.stop());
      try {
        const redis = await connectRedis({ url: config.REDIS_URL, prefix: config.REDIS_PREFIX, logger, clock });
        lifecycle.onStop('Redis', () => redis.close());
        const context = {
          name,
          config,
          lifecycle,
          clock,
          ids,
          logger,
          metrics,
          redis,
          needs: new Map(),
          pools: new Map(),
        };
        await serve(context, await assemble(context));
        return { stop: () => lifecycle.stop() };
      } catch (error) {
        await lifecycle.stop();
        throw error;
      }
    },
  });

const serve = async (context: ServiceContext, assembled: Assembled): Promise<void> => {
  const { name, config, lifecycle, clock, ids, logger, metrics, redis, needs, pools } = context;
  const { routes, keys, background, log, parts: further = [] } = assembled;
  const keepMs = config.RETENTION_DAYS * 86_400_000;
  const moved = await startBackground({ services: [background], log, lifecycle, clock, ids, logger, metrics, keepMs });
  const parts = [...moved, { name: 'Redis', failingMs: redis.failingMs }, ...further];
  const addGauge = gaugesOf(metrics, clock);
  addBackgroundGauges(addGauge, [background], parts);
  if (pools.size > 0) addConnectionGauge(addGauge, Object.fromEntries(pools));

  const app = createApp({
    name,
    routes: [
      ...(await routes()),
      ...(background.outbox ? outboxRoutes({ service: name, depth: background.outbox.source.depth }) : []),
    ],
    verify: jwtVerifier({ issuer: config.AUTH_ISSUER, audience: config.AUTH_AUDIENCE, keys, clock }),
    serviceToken: config.SERVICE_TOKEN,
    clock,
    ids,
    logger,
    metrics,
    limits: config.RATE_LIMIT === 'on',
    limitStore: redisRateLimits(redis, clock),
    corsOrigins: config.CORS_ORIGINS === undefined ? undefined : listOf(config.CORS_ORIGINS),
    trustProxy: config.TRUST_PROXY,
    ready: () => missingOf(needs),
    degraded: () => failingFor(parts, FAILING_MS),
  });
  if (config.METRICS_PORT !== undefined) {
    const exporter = await serveMetrics(metrics, { host: config.HOST, port: config.METRICS_PORT });
    lifecycle.onStop('metrics', () => exporter.close());
  }
  const lingerMs = Math.min(LINGER_MS, config.DRAIN_MS / 2);
  const drainMs = config.DRAIN_MS - lingerMs;
  const http = await listen(app, { host: config.HOST, port: config.PORT, lingerMs, drainMs });
  // The last that was started is the first that stops: nobody is let in, then what goes on behind ends.
  lifecycle.onStop('HTTP', () => http.close());
  logger.info({ url: http.url }, 'serving');
};

/** The servers that requests need and that don't answer. */
const missingOf = async (needs: ServiceContext['needs']): Promise<string[]> => {
  const names = [...needs.keys()];
  const answers = await Promise.allSettled([...needs.values()].map((ask) => ask()));
  return names.filter((_name, at) => answers[at]?.status === 'rejected');
};
