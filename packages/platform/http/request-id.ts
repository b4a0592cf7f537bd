import type { Request, RequestHandler, Response } from 'express';
import { isSaneRequestId, parseTraceparent, requestContext, traceIdOf } from '../telemetry/context.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { isTracing, type Span, startSpan } from '../telemetry/spans.ts';
import type { Ids } from '../time/ids.ts';
import { stopwatch } from '../time/system.ts';

/**
 * The frame around every request: an id (the client's, when it is sane) that is returned and logged, the trace it
 * belongs to and its span in it, a line in the log and a sample in the metrics when it has ended.
 */
export const requestFrame =
  ({ ids, logger, metrics }: { ids: Ids; logger: Logger; metrics?: Metrics }): RequestHandler =>
  (request, response, next) => {
    const sent = request.get('x-request-id');
    const requestId = isSaneRequestId(sent) ? sent : ids.uuid();
    const above = parseTraceparent(request.get('traceparent'));
    const span = isProbe(request.path) ? undefined : requestSpan(request, above);
    const traceparent = span?.traceparent ?? above;
    const elapsed = stopwatch();
    response.setHeader('X-Request-Id', requestId);
    response.once('close', () => {
      const ms = elapsed();
      const { method, originalUrl } = request;
      const status = response.statusCode;
      metrics?.httpDuration.observe({ method, route: routeName(response.locals), status }, ms / 1000);
      if (span) endSpan(span, request, response);
      // Paths only: a query string may hold what someone searched for, or a token put there by mistake.
      const path = originalUrl.split('?', 1)[0] ?? '';
      const level = response.writableFinished && isRoutine(path, status) ? 'debug' : 'info';
      if (!logger.isLevelEnabled(level)) return;
      const traceId = traceIdOf(traceparent);
      const line = { requestId, ...(traceId && { traceId }), method, path, status, ms: Math.round(ms * 10) / 10 };
      logger[level](line, response.writableFinished ? 'request' : 'the client hung up');
    });
    requestContext.run(traceparent ? { requestId, traceparent } : { requestId }, next);
  };

const isProbe = (path: string): boolean => path.startsWith('/health/');

/**
 * Probes come every few seconds, and say nothing as long as all is well. What other services ask is told by them as part
 * of what they were asked; only failures are of interest here.
 */
const isRoutine = (path: string, status: number): boolean =>
  isProbe(path) ? status === 200 : path.startsWith('/internal/') && status < 500;

/** The request as OpenTelemetry's conventions for HTTP describe it; what becomes of it is added at its end. */
const requestSpan = ({ method, path, protocol }: Request, above: string | undefined): Span | undefined =>
  isTracing()
    ? startSpan(method, 'server', { 'http.request.method': method, 'url.path': path, 'url.scheme': protocol }, above)
    : undefined;

const endSpan = (span: Span, { method }: Request, { locals, statusCode, headersSent }: Response): void => {
  const route = locals.route as string | undefined;
  if (route !== undefined) {
    span.rename(`${method} ${route}`);
    span.set('http.route', route);
  }
  if (headersSent) span.set('http.response.status_code', statusCode);
  const failure = headersSent ? statusCode >= 500 && String(statusCode) : 'hung up';
  span.end(failure || undefined);
};

/** Series are named by the declared path, so that ids in URLs don't make a series each. */
const routeName = (locals: Record<string, unknown>): string =>
  typeof locals.route === 'string' ? locals.route : 'unmatched';
