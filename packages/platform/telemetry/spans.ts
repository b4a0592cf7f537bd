import { requestContext, traceIdOf } from './context.ts';

/** What a span stands for: a request taken, a call made, an event sent, an event handled, or work in between. */
export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal';

export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A piece of work in a trace, from its start to `end`. */
export interface Span {
  /** What work within it carries as its `traceparent`. */
  readonly traceparent: string;
  rename(name: string): void;
  set(name: string, value: string | number | boolean): void;
  /** With a reason when the work failed; nothing is recorded after it. */
  end(failure?: unknown): void;
}

/** Begins a span under `parent`, a `traceparent`; a span without one begins a trace. */
export type StartSpan = (name: string, kind: SpanKind, attributes: SpanAttributes, parent?: string) => Span;

/** Set once where a process starts, and for the whole process, as the request's context is. */
let recorder: StartSpan | undefined;

/** From now on spans are recorded by `start`; without it none are, and no work is spent on them. */
export const recordSpans = (start: StartSpan | undefined): void => {
  recorder = start;
};

const silent: Span = { traceparent: '', rename() {}, set() {}, end() {} };

/** A span of its own under `parent`, for work that is not one function; undefined when nothing is recorded. */
export const startSpan = (
  name: string,
  kind: SpanKind,
  attributes: SpanAttributes,
  parent: string | undefined,
): Span | undefined => recorder?.(name, kind, attributes, parent);

/** Whether spans are recorded, for those who would prepare something for them. */
export const isTracing = (): boolean => recorder !== undefined;

/**
 * Runs `work` in a span, and answers as it does. All that it starts belongs to the span: outbox rows, headers of
 * outgoing calls and log lines carry its `traceparent`. The span ends when the work does, its promise included, and
 * tells of a failure if it throws or rejects. When nothing is recorded, it is a plain call.
 *
 * @example
 * const reply = await traced('POST /internal/cart/lock', 'client', { 'server.address': host }, (span) => send(span));
 */
export const traced = <T>(name: string, kind: SpanKind, attributes: SpanAttributes, work: (span: Span) => T): T => {
  if (recorder === undefined) return work(silent);
  const context = requestContext.get();
  const named = context?.sagaId === undefined ? attributes : { ...attributes, 'shop.saga_id': context.sagaId };
  const span = recorder(name, kind, named, context?.traceparent);
  const { traceparent } = span;
  const requestId = context?.requestId ?? traceIdOf(traceparent) ?? name;
  return requestContext.run({ ...context, requestId, traceparent }, () => endedWith(span, work));
};

const endedWith = <T>(span: Span, work: (span: Span) => T): T => {
  try {
    const outcome = work(span);
    if (!(outcome instanceof Promise)) {
      span.end();
      return outcome;
    }
    outcome.then(
      () => span.end(),
      (failure: unknown) => span.end(failure ?? 'rejected'),
    );
    return outcome;
  } catch (failure) {
    span.end(failure ?? 'thrown');
    throw failure;
  }
};
