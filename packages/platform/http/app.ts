import express, { type ErrorRequestHandler, type Express } from 'express';
import type { TokenVerifier } from '../auth/verifier.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import { fromService } from './access.ts';
import { bulkRoute } from './bulk.ts';
import { cors } from './cors.ts';
import { docs } from './docs.ts';
import { live, ready } from './health.ts';
import { createLimits, type LimitOptions } from './limits.ts';
import { bySpecificity, methodTable, mountedPath } from './paths.ts';
import { refusalOf, sendProblem } from './problem-response.ts';
import { requestFrame } from './request-id.ts';
import type { Route } from './route.ts';
import { routeHandler } from './route-handler.ts';
import { securityHeaders } from './security-headers.ts';
import { unmatched, wholeUrl } from './unmatched.ts';

export interface AppOptions {
  /** The service's name, for the log. */
  name: string;
  routes: readonly Route[];
  verify: TokenVerifier;
  /** What other services send; without it nobody gets into `/internal`. */
  serviceToken?: string;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  metrics?: Metrics;
  /** False lifts all rate limits. */
  limits: boolean;
  /** Where requests are counted, so that replicas count together; in the process unless given. */
  limitStore?: LimitOptions['store'];
  /** Origins whose pages may call the API; none by default. */
  corsOrigins?: readonly string[];
  /** Origins beside this one that pages may show pictures from; none by default. */
  pictureOrigins?: readonly string[];
  /** How many proxies stand in front, or which (Express's `trust proxy`); limits count the address they report. */
  trustProxy?: number | string;
  /** What is not ready; empty when all is well. */
  ready: () => Promise<string[]>;
  /** Parts that fail although requests can be served; told beside readiness, which they don't take away. */
  degraded?: () => string[];
  /** The OpenAPI document, served at /openapi.json and /docs. */
  document?: object;
  /** Further documents at the root by path, such as `/asyncapi.json`. */
  documents?: Record<string, object>;
  /** Adds what is no API, such as the web pages; it comes after all routes and before 404. */
  mount?: (app: Express) => void;
}

const stoppingSignals = new WeakMap<object, AbortController>();

/** Tells an app that its server is on its way down: it is no longer ready and its event streams end. */
export const beginStop = (app: object): void => stoppingSignals.get(app)?.abort();

const refuseDuplicates = (routes: readonly Route[]): void => {
  const seen = new Set<string>();
  for (const route of routes) {
    const key = `${route.method} ${mountedPath(route)}`;
    if (seen.has(key)) throw new Error(`the route ${key} is declared twice`);
    seen.add(key);
  }
};

/** The HTTP face of a service, or of all of them: declared routes, health, documents, problems for the rest. */
export const createApp = (options: AppOptions): Express => {
  const { clock, logger } = options;
  const bulk = options.serviceToken === undefined ? undefined : bulkRoute(options.routes, options);
  const routes = bulk ? [...options.routes, bulk] : options.routes;
  refuseDuplicates(routes);
  const stopping = new AbortController();
  const isExempt = fromService(options.serviceToken);
  const limits = createLimits({ on: options.limits, store: options.limitStore, isExempt });
  const app = express();
  stoppingSignals.set(app, stopping);
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.set('case sensitive routing', true);
  app.set('trust proxy', options.trustProxy ?? false);

  app.use(requestFrame(options));
  app.use(securityHeaders(options.pictureOrigins));
  if (options.corsOrigins?.length) app.use(cors(options.corsOrigins));
  app.use(wholeUrl);
  if (limits.general) app.use(limits.general);

  const roots = { '/health/live': live, '/health/ready': ready(options, clock, stopping.signal) };
  for (const [path, handler] of Object.entries(roots)) app.get(path, handler);
  const handlerDeps = { verify: options.verify, serviceToken: options.serviceToken, limits, stopping: stopping.signal };
  const sorted = [...routes].sort(bySpecificity);
  const rootEntries = Object.keys(roots).map((path) => ({ method: 'get', path }));
  const routeEntries = sorted.map((route) => ({ method: route.method, path: mountedPath(route) }));
  const end = unmatched(methodTable([...rootEntries, ...routeEntries]));
  for (const [path, some] of Map.groupBy(sorted, mountedPath)) {
    for (const route of some) app[route.method](path, routeHandler(route, handlerDeps));
    // What `/products/facets` does not take is not for `/products/:id` either.
    app.all(path, end);
  }
  const documentPaths = docs(app, { '/openapi.json': options.document, ...options.documents });
  options.mount?.(app);

  const documentEntries = documentPaths.map((path) => ({ method: 'get', path }));
  app.use(unmatched(methodTable([...rootEntries, ...documentEntries, ...routeEntries])));
  app.use(errorHandler(logger));
  return app;
};

const errorHandler =
  (logger: Logger): ErrorRequestHandler =>
  // Express tells error handlers by their four parameters.
  (error, request, response, _next) => {
    const refusal = refusalOf(error, logger);
    if (response.headersSent || response.destroyed) response.destroy();
    else sendProblem(request, response, refusal);
  };
