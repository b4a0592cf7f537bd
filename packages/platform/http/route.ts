import type { ProblemCode, Refusal } from '@shop/contracts/problems.ts';
import type { Schema } from 'joi';

/** Who a request comes from, proven by its access token. */
export interface User {
  id: string;
  role: 'guest' | 'customer' | 'admin';
}

/**
 * `anyone`: no token needed; one that is sent must be valid, so that `user` can be trusted. `user`: any role.
 * `customer`: a registered user (admins too). `service`: another service, on `/internal` routes only.
 */
export type Access = 'anyone' | 'user' | 'customer' | 'admin' | 'service';

type Values<S> = S extends Schema<infer T> ? T : undefined;

export interface RouteRequest<Params, Query, Body, Caller> {
  params: Params;
  query: Query;
  body: Body;
  user: Caller;
  /** The access token as sent, where one was. */
  token: string | undefined;
  /** The version of a valid `If-Match`; undefined when absent or `*`. */
  ifMatch: number | undefined;
  idempotencyKey: string | undefined;
  /** A header by its lower-case name. */
  header(name: string): string | undefined;
  /** Aborts when the client hangs up. */
  signal: AbortSignal;
}

/** An answer that is more than its body. */
export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A body that is written piece by piece: Server-Sent Events, NDJSON. */
export interface StreamAnswer {
  status: number;
  headers: Record<string, string>;
  stream: AsyncIterable<string>;
}

/** What a handler answers: a body (sent with the first 2xx of `answers`), an `answer(…)`, a `stream(…)` or a refusal. */
export type Outcome = Refusal | Answer | StreamAnswer | object | undefined;

/** A schema for a success (null: no body), codes for a refusal. */
export type Answers = Record<number, Schema | null | ProblemCode | readonly ProblemCode[]>;

type CallerOf<A extends Access> = A extends 'anyone' ? User | undefined : A extends 'service' ? undefined : User;

export interface RouteSpec<
  A extends Access,
  P extends Schema | undefined,
  Q extends Schema | undefined,
  B extends Schema | undefined,
> {
  /** One line for the API document. */
  summary: string;
  access: A;
  params?: P;
  query?: Q;
  body?: B;
  /** Media type of the body when it is not JSON; the handler then gets its text, at most `maxBodyBytes`. */
  bodyType?: 'text/csv';
  maxBodyBytes?: number;
  /** `versioned`: answers carry an ETag made of the body's `version`, If-None-Match and If-Match are honoured. */
  versioned?: boolean;
  /** Whether an `Idempotency-Key` header is required or may be sent. */
  idempotencyKey?: 'required' | 'optional';
  /** A stricter rate limit on top of the general one. */
  limit?: 'auth' | 'guest' | 'checkout';
  /** Media types of a 2xx answer besides JSON, for the document. */
  streams?: 'text/event-stream' | 'application/x-ndjson';
  answers: Answers;
}

export interface Route {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Relative to `/api/v1` (`/internal/…` and `/.well-known/…` stand at the root), parameters as `:name`. */
  path: string;
  // biome-ignore lint/suspicious/noExplicitAny: a list of routes has handlers of every shape; each was checked where it was declared.
  spec: RouteSpec<Access, any, any, any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  handle: (request: RouteRequest<any, any, any, any>) => Promise<Outcome> | Outcome;
}

const declare =
  (method: Route['method']) =>
  <
    A extends Access,
    P extends Schema | undefined = undefined,
    Q extends Schema | undefined = undefined,
    B extends Schema | undefined = undefined,
  >(
    path: string,
    spec: RouteSpec<A, P, Q, B>,
    handle: (request: RouteRequest<Values<P>, Values<Q>, Values<B>, CallerOf<A>>) => Promise<Outcome> | Outcome,
  ): Route => ({ method, path, spec, handle });

export const get = declare('get');
export const post = declare('post');
export const put = declare('put');
export const patch = declare('patch');
export const del = declare('delete');

/** An answer with a status or headers of its own. */
export const answer = (status: number, body?: unknown, headers?: Record<string, string>): Answer => ({
  status,
  body,
  headers,
});

/** 201 with the place of what was made. */
export const created = (location: string, body: unknown): Answer => answer(201, body, { Location: location });

export const stream = (contentType: string, pieces: AsyncIterable<string>): StreamAnswer => ({
  status: 200,
  headers: { 'Content-Type': contentType },
  stream: pieces,
});
