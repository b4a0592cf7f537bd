import { Problem } from '@shop/contracts/problems.ts';
import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit, type Store } from 'express-rate-limit';
import type { Route, User } from './route.ts';

const minuteMs = 60_000;

/** Requests a minute. The general limit counts every request of an address, the others on top of it. */
export const requestsPerMinute = { general: 600, auth: 20, guest: 60, checkout: 30 } as const;

export type LimitName = keyof typeof requestsPerMinute;

const byAddress = (request: Request): string => ipKeyGenerator(request.ip ?? 'unknown');

/** One user's checkouts count together, from whatever address. The caller is known by then. */
const byUser = (request: Request, response: Response): string =>
  (response.locals.user as User | undefined)?.id ?? byAddress(request);

export interface LimitOptions {
  /** False lifts all limits. */
  on: boolean;
  /** Where the requests of a limit are counted; in the memory of this process unless given. */
  store?: (name: LimitName) => Store;
  /** Whose requests are not counted. */
  isExempt: (request: Request) => boolean;
}

const limiter = (name: LimitName, { store, isExempt }: LimitOptions): RequestHandler =>
  rateLimit({
    windowMs: minuteMs,
    limit: requestsPerMinute[name],
    identifier: name,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: name === 'checkout' ? byUser : byAddress,
    store: store?.(name),
    // Probes ask often and from one address.
    skip: (request) => (name === 'general' && request.path.startsWith('/health/')) || isExempt(request),
    handler: (_request, response, next) =>
      next(new Problem('RATE_LIMITED', { retryAfter: Number(response.getHeader('Retry-After') ?? minuteMs / 1000) })),
    // Its checks of the proxy settings would log at every request of a set-up that was chosen on purpose.
    validate: false,
  });

export type Limit = (request: Request, response: Response) => Promise<void>;

export interface Limits {
  general: RequestHandler | undefined;
  /** The limit that a route asks for, shared by all routes that ask for it. */
  of(name: Route['spec']['limit']): Limit | undefined;
}

/** The limits of one process, or of all that share a store. */
export const createLimits = (options: LimitOptions): Limits => {
  if (!options.on) return { general: undefined, of: () => undefined };
  const made = new Map<LimitName, Limit>();
  return {
    general: limiter('general', options),
    of(name) {
      if (!name) return undefined;
      const limit = made.get(name) ?? asPromise(limiter(name, options));
      made.set(name, limit);
      return limit;
    },
  };
};

const asPromise =
  (handler: RequestHandler): Limit =>
  (request, response) =>
    new Promise((resolve, reject) => {
      handler(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
    });
