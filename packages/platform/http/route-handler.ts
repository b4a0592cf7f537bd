import type { Request, RequestHandler, Response } from 'express';
import type { TokenVerifier } from '../auth/verifier.ts';
import { accessCheck, type Caller } from './access.ts';
import type { Limits } from './limits.ts';
import { mountedPath } from './paths.ts';
import { responder } from './respond.ts';
import type { Route, RouteRequest } from './route.ts';
import { type Parts, requestReader } from './validate.ts';

/** Why, without the stack that an error would bring: every request closes in the end. */
const hungUp = 'the client hung up';

/** A signal that is made when someone asks for it: most handlers end before their clients could hang up. */
const hangUpSignal = (response: Response): AbortSignal => {
  const gone = new AbortController();
  if (response.destroyed) gone.abort(hungUp);
  else response.once('close', () => gone.abort(hungUp));
  return gone.signal;
};

const requestOf = (request: Request, response: Response, caller: Caller, parts: Parts) => {
  let signal: AbortSignal | undefined;
  return {
    ...parts,
    ...caller,
    header: (name: string) => request.get(name),
    get signal() {
      signal ??= hangUpSignal(response);
      return signal;
    },
  } satisfies RouteRequest<unknown, unknown, unknown, unknown>;
};

/**
 * One handler for the whole way of a request through its route: who calls, how often, what they send, the use case,
 * the answer. Everything that can be decided once is decided here and not at each request.
 */
export const routeHandler = (
  route: Route,
  deps: { verify: TokenVerifier; serviceToken?: string; limits: Limits; stopping: AbortSignal },
): RequestHandler => {
  const check = accessCheck(route.spec.access, deps);
  const limit = deps.limits.of(route.spec.limit);
  const read = requestReader(route);
  const respond = responder(route, deps.stopping);
  const name = mountedPath(route);
  // Limits by address come before the token is looked at, so that guessing tokens counts; those by user after.
  const byUser = route.spec.limit === 'checkout';
  return async (request, response) => {
    response.locals.route = name;
    if (limit && !byUser) await limit(request, response);
    const caller = await check(request);
    response.locals.user = caller.user;
    if (limit && byUser) await limit(request, response);
    const parts = await read(request);
    const outcome = await route.handle(requestOf(request, response, caller, parts));
    await respond(request, response, outcome);
  };
};
