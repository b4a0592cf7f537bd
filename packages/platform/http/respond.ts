import { isRefusal, type Refusal } from '@shop/contracts/problems.ts';
import type { Request, Response } from 'express';
import type { Schema } from 'joi';
import { etagOf, isFresh } from './etag.ts';
import { apiBase } from './paths.ts';
import { sendProblem } from './problem-response.ts';
import type { Answer, Outcome, Route, StreamAnswer } from './route.ts';
import { sendStream } from './stream-response.ts';

export const isStream = (outcome: object): outcome is StreamAnswer => 'stream' in outcome && 'headers' in outcome;

/** `answer(…)` always has all three; a plain body may well have a `status` of its own. */
const isAnswer = (outcome: object): outcome is Answer =>
  'headers' in outcome && 'body' in outcome && typeof (outcome as Answer).status === 'number';

/** What a handler's outcome is sent as, unless it is a refusal or a stream. */
export const answerOf = (route: Route): ((outcome: object | undefined) => Answer) => {
  const status = plainStatus(route);
  return (outcome) => (outcome && isAnswer(outcome) ? outcome : { status, body: outcome });
};

/** Whether an entry of `answers` stands for a success. */
export const isSuccess = (declared: Route['spec']['answers'][number]): declared is Schema | null =>
  declared === null || (typeof declared === 'object' && !Array.isArray(declared));

/** The status of a handler that answers a bare body: the first success that was declared. */
const plainStatus = ({ spec }: Route): number =>
  Number(Object.entries(spec.answers).find(([, declared]) => isSuccess(declared))?.[0] ?? 200);

/** Locations are written relative to the API's base, as paths of routes are. */
const absolute = (location: string): string =>
  location.startsWith('/') && !location.startsWith(`${apiBase}/`) ? apiBase + location : location;

const sendBody = (request: Request, response: Response, route: Route, { status, body, headers }: Answer): void => {
  response.statusCode = status;
  const versioned = route.spec.versioned === true;
  response.setHeader('Cache-Control', versioned ? 'private, no-cache' : 'no-store');
  for (const [name, value] of Object.entries(headers ?? {})) {
    response.setHeader(name, name.toLowerCase() === 'location' ? absolute(value) : value);
  }
  if (body === undefined) {
    response.end();
    return;
  }
  const text = JSON.stringify(body);
  const version = versioned ? (body as { version?: unknown } | null)?.version : undefined;
  if (typeof version === 'number') {
    const etag = etagOf(version, text);
    response.setHeader('ETag', etag);
    const read = request.method === 'GET' || request.method === 'HEAD';
    if (read && status === 200 && isFresh(request.get('if-none-match'), etag)) {
      response.statusCode = 304;
      response.end();
      return;
    }
  }
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(text);
};

export type Respond = (request: Request, response: Response, outcome: Outcome) => Promise<void>;

/** Makes what turns the outcomes of a route's handler into HTTP. */
export const responder = (route: Route, stopping: AbortSignal): Respond => {
  const answered = answerOf(route);
  return async (request, response, outcome) => {
    // Who hung up gets no answer; whatever was done is done.
    if (response.destroyed) return;
    if (isRefusal(outcome)) return sendProblem(request, response, outcome satisfies Refusal);
    if (outcome && isStream(outcome)) return sendStream(request, response, outcome, stopping);
    return sendBody(request, response, route, answered(outcome));
  };
};
