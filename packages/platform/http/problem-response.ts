import { problemBody } from '@shop/contracts/problem-body.ts';
import { isRefusal, Problem, type Refusal, refuse } from '@shop/contracts/problems.ts';
import type { Request, Response } from 'express';
import { isInfrastructureFailure } from '../failures/infrastructure.ts';
import type { Logger } from '../telemetry/logger.ts';

/** The one place that writes problem+json (RFC 9457); everything that is not a success ends here. */
export const sendProblem = (request: Request, response: Response, refusal: Refusal): void => {
  const { retryAfter } = refusal;
  const body = problemBody(refusal, request.originalUrl.split('?', 1)[0]);
  const { status } = body;
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(Math.max(0, Math.ceil(retryAfter))));
  if (status === 401 && !response.hasHeader('WWW-Authenticate')) response.setHeader('WWW-Authenticate', 'Bearer');
  response.removeHeader('ETag');
  response.removeHeader('Location');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
  response.statusCode = status;
  response.end(JSON.stringify(body));
};

/**
 * What a caller may know of something that was thrown: a Problem as it is, lost infrastructure as 503, anything else
 * as 500. The cause goes to the log alone.
 */
export const refusalOf = (error: unknown, logger: Logger): Refusal => {
  if (error instanceof Problem) {
    // It tells its sender nothing of why.
    if (error.refusal.code === 'UNAVAILABLE') logger.warn({ err: error }, 'a request met something that is gone');
    return error.refusal;
  }
  if (isRefusal(error)) return error;
  if (error instanceof URIError) return brokenUrl();
  if (isInfrastructureFailure(error)) {
    logger.warn({ err: error }, 'a request met infrastructure that is gone');
    return refuse('UNAVAILABLE', { retryAfter: 1 });
  }
  logger.error({ err: error }, 'a request failed');
  return refuse('INTERNAL');
};

export const brokenUrl = (): Refusal =>
  refuse('VALIDATION_FAILED', {
    detail: 'The URL holds broken percent-encoding or NUL.',
    errors: [{ in: 'params', path: '', message: 'the URL holds broken percent-encoding or NUL' }],
  });
