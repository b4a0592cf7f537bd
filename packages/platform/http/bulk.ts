import { problemBody } from '@shop/contracts/problem-body.ts';
import { isRefusal, Problem, refuse } from '@shop/contracts/problems.ts';
import { isSaneRequestId, parseTraceparent, requestContext } from '../telemetry/context.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Ids } from '../time/ids.ts';
import { nextTurn, stopwatch } from '../time/system.ts';
import { mountedPath } from './paths.ts';
import { refusalOf } from './problem-response.ts';
import { answerOf, isStream } from './respond.ts';
import { post, type Route, stream } from './route.ts';
import { joi } from './schemas.ts';
import { bodyReader } from './validate.ts';

/** Where a service takes several commands in one request. */
export const bulkPath = '/internal/bulk';

/** The most commands in one request. */
export const mostInBulk = 64;
const maxBytes = 8 * 1024 * 1024;

/** One command of several. */
export interface BulkCall {
  path: string;
  requestId: string;
  traceparent?: string;
  body: unknown;
}

/** What one of them came to, a line of JSON each, in the order in which they are done; `at` is its place in the request. */
export interface BulkAnswer {
  at: number;
  status: number;
  /** Seconds, of a problem. */
  retryAfter?: number;
  /** The reply, or the problem. */
  body?: unknown;
}

interface BulkOptions {
  ids: Ids;
  logger: Logger;
  metrics?: Metrics;
}

type Run = (body: unknown) => Promise<Omit<BulkAnswer, 'at'>>;

/** A command without HTTP around it: what its route checks is checked, what its handler answers is answered. */
const runnerOf = (route: Route, { logger }: BulkOptions): Run => {
  const read = bodyReader(route);
  const answered = answerOf(route);
  const path = mountedPath(route);
  const nothing = { params: {}, query: {}, user: undefined, token: undefined, ifMatch: undefined };
  return async (sent) => {
    try {
      const outcome = await route.handle({
        ...nothing,
        idempotencyKey: undefined,
        body: read(sent),
        header: () => undefined,
        signal: new AbortController().signal,
      });
      if (outcome && isStream(outcome)) throw new Error(`${path} answers a stream, which is none of several`);
      if (isRefusal(outcome)) throw outcome;
      const { status, body } = answered(outcome);
      return { status, body };
    } catch (error) {
      const refusal = refusalOf(error, logger);
      const body = problemBody(refusal, path);
      return { status: body.status, retryAfter: refusal.retryAfter, body };
    }
  };
};

const isCall = (value: unknown): value is BulkCall =>
  typeof value === 'object' && value !== null && typeof (value as BulkCall).path === 'string' && 'body' in value;

/** Pieces of the answer: all that is done by the same turn of the process's loop goes out together. */
async function* pieces(work: readonly Promise<BulkAnswer>[]): AsyncGenerator<string> {
  let done: BulkAnswer[] = [];
  let some = Promise.withResolvers<void>();
  for (const one of work)
    void one.then((answer) => {
      done.push(answer);
      some.resolve();
    });
  for (let left = work.length; left > 0; ) {
    await some.promise;
    await nextTurn();
    const answers = done;
    done = [];
    some = Promise.withResolvers<void>();
    left -= answers.length;
    yield answers.map((answer) => `${JSON.stringify(answer)}\n`).join('');
  }
}

/**
 * A route that takes several of a service's commands at once, for callers with much to ask: each is done as if it had
 * come alone, side by side with the others, and answered as soon as it is done. Undefined where there are no commands.
 */
export const bulkRoute = (routes: readonly Route[], options: BulkOptions): Route | undefined => {
  const commands = routes.filter(({ method, spec }) => method === 'post' && spec.access === 'service' && spec.body);
  const runs = new Map(commands.map((route) => [mountedPath(route), runnerOf(route, options)]));
  if (runs.size === 0) return undefined;
  const { ids, metrics, logger } = options;

  const runOne = async (call: unknown, at: number): Promise<BulkAnswer> => {
    const run = isCall(call) ? runs.get(call.path) : undefined;
    if (!isCall(call) || !run) return { at, status: 404, body: problemBody(refuse('NOT_FOUND')) };
    const { path, body } = call;
    const requestId = isSaneRequestId(call.requestId) ? call.requestId : ids.uuid();
    const traceparent = parseTraceparent(call.traceparent);
    const elapsed = stopwatch();
    const answer = await requestContext.run(traceparent ? { requestId, traceparent } : { requestId }, () => run(body));
    const ms = elapsed();
    const { status } = answer;
    metrics?.httpDuration.observe({ method: 'POST', route: path, status }, ms / 1000);
    if (status >= 500) logger.info({ requestId, method: 'POST', path, status, ms }, 'request');
    return { at, ...answer };
  };

  return post(
    bulkPath,
    {
      summary: 'Several commands at once',
      access: 'service',
      body: joi.object<{ calls: unknown[] }>({ calls: joi.array().max(mostInBulk).required() }),
      maxBodyBytes: maxBytes,
      answers: { 200: null },
    },
    ({ body: { calls } }) => {
      if (calls.length === 0) throw new Problem('VALIDATION_FAILED', { detail: 'There are no calls.' });
      return stream('application/x-ndjson', pieces(calls.map(runOne)));
    },
  );
};
