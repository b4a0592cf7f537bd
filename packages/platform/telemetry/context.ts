import { AsyncLocalStorage } from 'node:async_hooks';

/** What travels with the work that one request or event causes. */
export interface RequestContext {
  requestId: string;
  /** The saga that the work is for, where it is for one. */
  sagaId?: string;
  /** W3C trace context, as `00-<trace id>-<parent id>-<flags>`; stored with outbox rows and sent on. */
  traceparent?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

export const requestContext = {
  /** The context of the work at hand, if it has one. */
  get: (): RequestContext | undefined => storage.getStore(),
  /** Runs `work`, and all that it starts, in `context`. */
  run: <T>(context: RequestContext, work: () => T): T => storage.run(context, work),
};

/** The trace of the work at hand, for what is stored with its events. */
export const currentTrace = (): string | null => storage.getStore()?.traceparent ?? null;

/** The trace id within a `traceparent`. */
export const traceIdOf = (traceparent: string | undefined): string | undefined => traceparent?.split('-')[1];

const shape = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** A valid `traceparent` header as version 00, or undefined; a bad one is ignored, as the W3C recommendation wants. */
export const parseTraceparent = (header: string | undefined): string | undefined => {
  const [, version, trace, parent, flags, more] = shape.exec(header ?? '') ?? [];
  if (!version || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(trace ?? '') || /^0+$/.test(parent ?? '')) return undefined;
  return `00-${trace}-${parent}-${flags}`;
};

const sane = /^[\w.:/+=@-]{1,128}$/;

/** Whether a request id may go into logs, to clients and to other services, unescaped as it is. */
export const isSaneRequestId = (id: string | undefined): id is string => id !== undefined && sane.test(id);
