import { isRefusal } from '@shop/contracts/problems.ts';
import { isSaneRequestId, parseTraceparent, requestContext } from '../telemetry/context.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { isTracing, traced } from '../telemetry/spans.ts';
import type { Clock } from '../time/clock.ts';
import { withDeadline } from '../time/deadline.ts';
import type { Ids } from '../time/ids.ts';
import { type Outcome, outcomeOf } from './attempt.ts';
import type { BreakerState } from './breaker.ts';
import type { Call } from './call.ts';
import { CallFailed } from './call-failed.ts';
import { AnswerTooLarge, exchange, type Sent } from './exchange.ts';
import { createLane, type Settled } from './lane.ts';
import { callMeter } from './metered.ts';
import { createReplicas, type Replica } from './replicas.ts';

export interface Caller {
  /**
   * The reply, or the refusal, of the service.
   * @throws CallFailed where there was none in time: the outcome is unknown.
   */
  call<Reply>(call: Call<Reply>): Promise<Reply>;
  /** For how long no call has been answered, in milliseconds; 0 when the last one was. */
  failingMs(): number;
  /** The replicas, and whether they are called: one with an open breaker is left alone. */
  replicas(): { url: string; state: BreakerState }[];
  close(): Promise<void>;
}

export interface CallerOptions {
  /** The service that is called, for messages. */
  service: string;
  /** Its replicas' origins; from the configuration alone, never from a request. */
  urls: readonly string[];
  /** What services show each other. */
  token: string;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  metrics?: Metrics;
}

/** One replica that doesn't answer must not use up the whole time, where there is another one. */
const attemptMs = 2_000;
const lateMs = 1_000;
const firstPauseMs = 50;
const noneTried: ReadonlySet<Replica> = new Set();
/** Fifty products with as many variants as they may have fit. */
const maxBytes = 32 * 1024 * 1024;

/** Headers with the token are made here and go nowhere else: neither errors nor log lines have them. */
const headersFor = ({ token, ids }: CallerOptions): Record<string, string> => {
  const context = requestContext.get();
  const requestId = context?.requestId;
  const traceparent = parseTraceparent(context?.traceparent);
  return {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'x-request-id': isSaneRequestId(requestId) ? requestId : ids.uuid(),
    ...(traceparent && { traceparent }),
  };
};

/** How a call is tried once, at one replica. */
const createAttempt =
  ({ clock }: CallerOptions, isOnly: boolean) =>
  async (replica: Replica, call: Call<unknown>, sent: Sent, leftMs: number): Promise<Outcome> => {
    const { breaker, dispatcher } = replica;
    const ms = isOnly ? leftMs : Math.min(leftMs, attemptMs);
    let late = false;
    try {
      const received = await withDeadline(clock, ms, (signal) => {
        signal.addEventListener('abort', () => {
          late = true;
        });
        return exchange(dispatcher, sent, { maxBytes, signal });
      });
      if (received.leaving) replica.left();
      const outcome = outcomeOf(received, call);
      if (outcome.kind === 'failed' && !outcome.well) breaker.failed();
      else breaker.succeeded();
      return outcome;
    } catch (cause) {
      // Who had hardly any time left can't tell whether the replica is slow.
      if (late && ms < lateMs) breaker.gaveUp();
      else breaker.failed();
      if (cause instanceof AnswerTooLarge) return { kind: 'failed', why: 'answered too much', cause, again: false };
      const why = late ? `did not answer within ${ms} ms` : 'could not be reached, or broke off';
      const neverSent = (cause as { code?: unknown }).code === 'ECONNREFUSED';
      return { kind: 'failed', why, cause, again: true, underWay: !neverSent };
    }
  };

/**
 * Calls one service over HTTP: its replicas in turn, over connections that are kept, within a deadline. A replica that
 * can't be reached, or breaks off, leads to the next one at once; one that asks for a pause gets it. Refusals are
 * values and final, as is everything that would only be answered the same way again.
 */
export const createCaller = (options: CallerOptions): Caller => {
  const { service, urls, token, clock, ids, logger } = options;
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('the service token must be printable ASCII without spaces');
  const meter = callMeter(options.metrics, service);
  const now = () => clock.now().getTime();
  const replicas = createReplicas(options);
  const attempt = createAttempt(options, urls.length === 1);
  const mostTries = urls.length + 2;
  let failingSince: number | undefined;
  const lane = createLane({
    next: () => replicas.next(noneTried),
    headers: () => headersFor(options),
    attemptMs,
    maxBytes,
    clock,
  });

  /** Together with others where there are any. Spans are of single requests. */
  const send = (call: Call<unknown>, deadline: number): Promise<Settled> => {
    const { method = 'POST', path, body } = call;
    const alone = (tried?: Replica) => tryAll(call, deadline, tried);
    if (method !== 'POST' || !body || isTracing()) return alone();
    const { 'x-request-id': requestId = '', traceparent } = headersFor(options);
    return lane(call, { path, requestId, traceparent, body }, deadline, alone);
  };

  /** The call is a span of its trace, its tries together; what it causes over there hangs below. */
  const run = ({ method = 'POST', path, ...call }: Call<unknown>, deadline: number) =>
    traced(
      `${method} ${path}`,
      'client',
      { 'http.request.method': method, 'url.path': path, 'server.address': service },
      async (span) => {
        const outcome = await send({ method, path, ...call }, deadline);
        if (isRefusal(outcome.value)) span.set('shop.refusal', outcome.value.code);
        return outcome;
      },
    );

  const tryAll = async (call: Call<unknown>, deadline: number, before?: Replica): Promise<Settled> => {
    const { method = 'POST', path, body } = call;
    const sent: Sent = { method, path, headers: headersFor(options), body: body ? JSON.stringify(body) : null };
    const tried = new Set<Replica>(before && [before]);
    /** An earlier try, which nobody answered, may take effect yet. */
    let underWay = before !== undefined;
    let failure = new CallFailed(`${service}: ${path}: every replica fails and is left alone for a while`);
    for (let tries = 1; ; tries += 1) {
      const replica = replicas.next(tried);
      if (!replica) throw failure;
      const outcome = await attempt(replica, call, sent, Math.max(1, deadline - now()));
      // A refusal is no "nothing done" then: whoever may have to undo the call must know.
      if (outcome.kind === 'refused' && underWay && call.notAfter !== undefined)
        throw new CallFailed(`${service}: ${path}: refused, while a try that was not answered may be under way`);
      if (outcome.kind !== 'failed') return outcome;
      underWay ||= outcome.underWay === true;
      tried.add(replica);
      failure = new CallFailed(`${service}: ${path}: ${replica.url} ${outcome.why}`, { cause: outcome.cause });
      if (outcome.well) logger.error({ err: failure }, 'a call was not understood');
      const round = Math.floor(tries / urls.length);
      const pauseMs = outcome.pauseMs ?? (tried.size < urls.length ? 0 : firstPauseMs * 2 ** round);
      const waitMs = pauseMs * (0.5 + ids.fraction());
      if (!outcome.again || tries >= mostTries || now() + waitMs >= deadline) throw failure;
      meter.retried();
      if (waitMs > 0) await clock.sleep(waitMs);
    }
  };

  return {
    async call<Reply>(call: Call<Reply>): Promise<Reply> {
      const start = now();
      const useful = call.notAfter === undefined ? Number.POSITIVE_INFINITY : Date.parse(call.notAfter);
      const deadline = Math.min(start + call.withinMs, Math.max(useful, start + lateMs));
      const ended = meter.started(call.path);
      try {
        const { kind, value } = await run(call, deadline);
        failingSince = undefined;
        ended(kind);
        return value as Reply;
      } catch (error) {
        failingSince ??= start;
        ended('failed');
        throw error;
      }
    },
    failingMs: () => (failingSince === undefined ? 0 : now() - failingSince),
    replicas: replicas.states,
    close: replicas.close,
  };
};
