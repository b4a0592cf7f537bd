import type { Api } from './api.ts';
import { ShopUnreachable } from './errors.ts';
import type { SessionKeeper } from './session.ts';
import type { Message, Send } from './transport.ts';

export type Operation = keyof Api;
type Spec<Op extends Operation> = Api[Op];

/** Operations that change nothing more when they are sent twice, although their method does not say so. */
const harmless: readonly Operation[] = ['POST /auth/guest', 'POST /auth/login', 'POST /vouchers/preview'];

/** Operations about the sign-in itself, where a token of before would only be in the way. */
const withoutToken: readonly Operation[] = ['POST /auth/refresh', 'POST /auth/logout'];

export interface CallOptions {
  /** The `version` that a write is meant for; another one is refused with VERSION_CONFLICT. */
  ifMatch?: number;
  /** Makes a POST safe to repeat. */
  idempotencyKey?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

type Input<Op extends Operation> = {
  [Key in 'path' | 'query' | 'body' as Key extends keyof Spec<Op> ? Key : never]?: Key extends keyof Spec<Op>
    ? Spec<Op>[Key]
    : never;
};

const queryOf = (query: Record<string, unknown> = {}): string => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([key, value]): [string, string] => [key, String(value)])).toString();
  return text && `?${text}`;
};

const pathOf = (template: string, values: Record<string, unknown> = {}): string => {
  const filled = template.replace(/\{(\w+)\}/g, (_whole, name) => encodeURIComponent(String(values[name])));
  return filled.startsWith('/.well-known/') ? filled : `/api/v1${filled}`;
};

const isRepeatable = (operation: Operation, { ifMatch, idempotencyKey }: CallOptions): boolean => {
  if (operation.startsWith('GET ')) return true;
  if (operation.startsWith('POST ')) return idempotencyKey !== undefined || harmless.includes(operation);
  // The first one may have raised the version that the second one names.
  return ifMatch === undefined;
};

/** Makes the messages of operations, and sends them for the user of `session`. */
export const createRequests = (send: Send, session: SessionKeeper) => {
  const messageOf = <Op extends Operation>(operation: Op, input: Input<Op>, options: CallOptions): Message => {
    const [method = '', template = ''] = operation.split(' ');
    const { path, query, body } = input as { path?: object; query?: object; body?: unknown };
    const isText = typeof body === 'string';
    return {
      method,
      path: pathOf(template, path as Record<string, unknown>) + queryOf(query as Record<string, unknown>),
      body: body === undefined || isText ? body : JSON.stringify(body),
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': isText ? 'text/csv' : 'application/json' }),
        ...(options.ifMatch === undefined ? {} : { 'If-Match': `"${options.ifMatch}"` }),
        ...(options.idempotencyKey === undefined ? {} : { 'Idempotency-Key': options.idempotencyKey }),
        ...options.headers,
      },
      repeatable: isRepeatable(operation, options),
      signal: options.signal,
    };
  };

  const sendFor = (operation: Operation, message: Message): Promise<Response> =>
    withoutToken.includes(operation) ? send(message) : session.send(message);

  return {
    /** The answer as it comes. */
    open: <Op extends Operation>(operation: Op, input: Input<Op> = {}, options: CallOptions = {}): Promise<Response> =>
      sendFor(operation, { ...messageOf(operation, input, options), streams: true }),
    /** The answer's body. */
    async ask<Op extends Operation>(
      operation: Op,
      input: Input<Op> = {},
      options: CallOptions = {},
    ): Promise<Spec<Op>['answer']> {
      const response = await sendFor(operation, messageOf(operation, input, options));
      if (response.status === 204) return undefined;
      try {
        return (await response.json()) as Spec<Op>['answer'];
      } catch (error) {
        throw new ShopUnreachable(`Something that is not the shop answered ${response.status}`, { cause: error });
      }
    },
  };
};

export type Requests = ReturnType<typeof createRequests>;
