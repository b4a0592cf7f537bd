import { join, resolve } from 'node:path';
import { cartRoutes } from '@shop/cart/routes.ts';
import type { EventType } from '@shop/contracts/events.ts';
import { discountRoutes } from '@shop/discount/routes.ts';
import { adminOf } from '@shop/identity/config.ts';
import { identityRoutes } from '@shop/identity/routes.ts';
import { inventoryRoutes } from '@shop/inventory/routes.ts';
import { consoleRoutes } from '@shop/order/console/routes.ts';
import { labRoutes } from '@shop/order/lab/routes.ts';
import { startRecovery } from '@shop/order/recovery.ts';
import { orderRoutes } from '@shop/order/routes.ts';
import { createOrders } from '@shop/order/service.ts';
import { jwtVerifier } from '@shop/platform/auth/verifier.ts';
import { listOf } from '@shop/platform/config/settings.ts';
import { memoryLocks } from '@shop/platform/coordination/memory-locks.ts';
import { createApp } from '@shop/platform/http/app.ts';
import { openApiDocument } from '@shop/platform/http/openapi.ts';
import type { Route } from '@shop/platform/http/route.ts';
import { listen } from '@shop/platform/http/server.ts';
import { createLifecycle, type Lifecycle } from '@shop/platform/lifecycle/lifecycle.ts';
import { asyncApiDocument } from '@shop/platform/messaging/asyncapi.ts';
import { createPostgresEventLog } from '@shop/platform/messaging/postgres-log.ts';
import type { LogTables } from '@shop/platform/messaging/postgres-log-tables.ts';
import { startPostgresServer } from '@shop/platform/postgres/server/server.ts';
import { type Background, failingFor, type Part, startBackground } from '@shop/platform/service/background.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';
import { createMetrics, type Metrics, serveMetrics } from '@shop/platform/telemetry/metrics.ts';
import { startTracing } from '@shop/platform/telemetry/tracing.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { productRoutes } from '@shop/product/routes.ts';
import { backgroundsOf } from './background.ts';
import type { EmbeddedConfig } from './config.ts';
import { crashPointsOnOrder, noCrashPoints } from './crash-points.ts';
import { type Databases, databaseNames, openDatabases } from './databases.ts';
import { registerGauges } from './gauges.ts';
import { createLab } from './lab.ts';
import { endOldLeases } from './old-leases.ts';
import { readPages, servePages } from './pages.ts';
import { servePictures } from './pictures.ts';
import { seed } from './seed.ts';
import { createServices, type Services } from './services.ts';

export interface EmbeddedShop {
  url: string;
  /** Whether the web pages are there; without them it is an API alone. */
  hasPages: boolean;
  /** Ends everything, PostgreSQL last, within 10 s. */
  stop(): Promise<void>;
}

/** Signed into every token; the pages and other services see the same issuer in both forms. */
const ISSUER = 'ecommerce-microservices';
/** A relay or consumer that fails for longer is named by the readiness answer. */
const FAILING_MS = 10_000;
/** How long connections that are open may still send requests once the end has begun. */
const DRAIN_MS = 500;
const TITLE = 'ecommerce-microservices';
const VERSION = '1';
/** What `npm run build` makes. */
const pagesFolder = join(import.meta.dirname, '../../web/dist');

/** The whole shop in this process, on a PostgreSQL of its own. Rejects when a part can't start; what had started is stopped. */
export const startShop = async (config: EmbeddedConfig, logger: Logger): Promise<EmbeddedShop> => {
  const lifecycle = createLifecycle(logger);
  try {
    const served = await startParts(config, logger, lifecycle);
    return { ...served, stop: () => lifecycle.stop() };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
};

const startParts = async (config: EmbeddedConfig, logger: Logger, lifecycle: Lifecycle): Promise<Served> => {
  const [clock, ids] = [systemClock, systemIds];
  const tracing = startTracing({ settings: config, service: 'shop', clock, ids, logger });
  lifecycle.onStop('tracing', () => tracing.stop());
  const dataDir = resolve(config.DATA_DIR);
  const server = await startPostgresServer({ dataDir, logger, clock, ids });
  lifecycle.onStop('PostgreSQL', () => server.stop());
  const databases = await openDatabases(server.connection, logger);
  lifecycle.onStop('databases', () => databases.close());
  await endOldLeases(databases);

  const metrics = createMetrics({ service: 'shop' });
  const services = createServices({
    metrics,
    databases,
    currency: config.STORE_CURRENCY,
    issuer: ISSUER,
    clock,
    ids,
    logger,
    points: config.CRASH_POINTS === 'on' ? crashPointsOnOrder() : noCrashPoints,
  });
  const log = createPostgresEventLog({ pg: databases.of<LogTables>('events'), clock, ids, logger });
  const backgrounds = backgroundsOf({ services, databases, log, clock });
  const parts = await startBackground({
    services: backgrounds,
    log: { ...log, ...services.points.around('log', { publish: log.publish, bury: log.bury }) },
    lifecycle,
    clock,
    ids,
    logger,
    metrics,
    keepMs: config.RETENTION_DAYS * 86_400_000,
  });
  registerGauges({ metrics, services, backgrounds, databases, log, parts, dataDir, clock });
  const recovery = await startRecovery({
    owner: ids.uuid(),
    store: services.orderStore,
    runner: services.sagaRunner,
    clock,
    logger,
  });
  lifecycle.onStop('sagas', () => recovery.stop());
  await services.identity.ensureAdmin(adminOf(config));
  const currency = config.STORE_CURRENCY;
  if (config.SEED === 'on') await seed({ services, dataDir, currency, logger, signal: new AbortController().signal });

  const { live } = services;
  const orders = createOrders({ store: services.orderStore, recovery, live, locks: memoryLocks(clock), clock, ids });
  const routes = [
    ...identityRoutes(services.identity),
    ...productRoutes(services.product),
    ...inventoryRoutes(services.inventory),
    ...cartRoutes(services.cart),
    ...discountRoutes(services.discount),
    ...orderRoutes(orders),
    ...consoleRoutes({
      sagas: services.orderStore,
      journal: log.journal,
      lag: log.lag,
      outboxDepths: () => outboxDepths(services),
      deadLetters: log.deadLetters,
      clock,
    }),
    ...(config.LAB === 'on'
      ? labRoutes(createLab({ services, orders, currency: config.STORE_CURRENCY, clock, ids }))
      : []),
  ];
  return serve({ config, logger, lifecycle, routes, services, backgrounds, databases, metrics, parts });
};

type Served = Pick<EmbeddedShop, 'url' | 'hasPages'>;

interface ServeOptions {
  config: EmbeddedConfig;
  logger: Logger;
  lifecycle: Lifecycle;
  routes: Route[];
  services: Services;
  backgrounds: readonly Background[];
  databases: Databases;
  metrics: Metrics;
  parts: readonly Part[];
}

const serve = async (options: ServeOptions): Promise<Served> => {
  const { config, logger, lifecycle, routes, services, backgrounds, databases, metrics, parts } = options;
  const pages = await readPages(pagesFolder);
  const app = createApp({
    name: 'shop',
    routes,
    verify: jwtVerifier({
      issuer: config.AUTH_ISSUER ?? ISSUER,
      audience: config.AUTH_AUDIENCE,
      keys: config.AUTH_JWKS_URL ?? (() => services.identity.signingKeys()),
      clock: systemClock,
    }),
    clock: systemClock,
    ids: systemIds,
    logger,
    metrics,
    limits: config.RATE_LIMIT === 'on',
    corsOrigins: config.CORS_ORIGINS?.split(',').map((origin) => origin.trim()),
    trustProxy: config.TRUST_PROXY,
    ready: () => unreachable(databases),
    degraded: () => failingFor(parts, FAILING_MS),
    document: openApiDocument(routes, { title: TITLE, version: VERSION, serverUrl: '/' }),
    documents: {
      '/asyncapi.json': asyncApiDocument({ title: TITLE, version: VERSION, listeners: listenersOf(backgrounds) }),
    },
    pictureOrigins: config.PICTURE_ORIGINS === undefined ? [] : listOf(config.PICTURE_ORIGINS),
    mount(pageApp) {
      servePictures(pageApp);
      if (pages) servePages(pages)(pageApp);
    },
  });
  const http = await listen(app, { host: config.HOST, port: config.PORT, drainMs: DRAIN_MS });
  lifecycle.onStop('HTTP', () => http.close());
  if (config.METRICS_PORT !== undefined) {
    const exporter = await serveMetrics(metrics, { host: config.HOST, port: config.METRICS_PORT });
    lifecycle.onStop('metrics', () => exporter.close());
  }
  return { url: http.url, hasPages: pages !== undefined };
};

const listenersOf = (backgrounds: readonly Background[]) =>
  Object.fromEntries(
    backgrounds.flatMap(({ reactions }) =>
      reactions ? [[reactions.group, Object.keys(reactions.handlers) as EventType[]]] : [],
    ),
  );

const outboxDepths = ({ outboxes }: Services) =>
  Promise.all(
    Object.entries(outboxes).map(async ([service, { source }]) => ({ service, depth: await source.depth() })),
  );

/** The databases that don't answer; they share a server, yet each has connections of its own. */
const unreachable = async (databases: Databases): Promise<string[]> => {
  const answers = await Promise.allSettled(
    databaseNames.map((name) => databases.of(name).query({ name: 'ready', text: 'select 1' })),
  );
  return databaseNames.filter((_name, index) => answers[index]?.status === 'rejected');
};
