import { hash, timingSafeEqual } from 'node:crypto';
import { Problem } from '@shop/contracts/problems.ts';
import type { Request } from 'express';
import type { TokenVerifier } from '../auth/verifier.ts';
import type { Access, User } from './route.ts';

export interface Caller {
  user: User | undefined;
  /** The access token as sent, where one was. */
  token: string | undefined;
}

const allowed: Record<Exclude<Access, 'anyone' | 'service'>, readonly User['role'][]> = {
  user: ['guest', 'customer', 'admin'],
  customer: ['customer', 'admin'],
  admin: ['admin'],
};

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

const unauthenticated = (detail: string) => new Problem('UNAUTHENTICATED', { detail });

/** The Bearer token of the request; undefined without the header, '' for another scheme. */
const bearerOf = (request: Request): string | undefined => {
  const header = request.headers.authorization;
  return header === undefined ? undefined : (/^Bearer +(\S+) *$/i.exec(header)?.[1] ?? '');
};

/**
 * Makes the check of who calls and whether they may.
 * @throws Problem UNAUTHENTICATED, FORBIDDEN.
 */
export const accessCheck = (
  access: Access,
  { verify, serviceToken }: { verify: TokenVerifier; serviceToken?: string },
): ((request: Request) => Promise<Caller>) => {
  if (access === 'service') return serviceCheck(serviceToken);
  return async (request) => {
    const token = bearerOf(request);
    if (token === undefined) {
      if (access === 'anyone') return { user: undefined, token };
      throw unauthenticated('Send an access token as "Authorization: Bearer …".');
    }
    const user = token === '' ? undefined : await verify(token);
    if (!user) throw unauthenticated('The access token is not valid, or no longer.');
    if (access !== 'anyone' && !allowed[access].includes(user.role)) throw new Problem('FORBIDDEN');
    return { user, token };
  };
};

/** Compares digests, in constant time: neither the length nor a common prefix of the secret shows in the time taken. */
const comparison = (secret: string | undefined): ((text: string | undefined) => text is string) => {
  const expected = secret ? digest(secret) : undefined;
  return (text): text is string => !!text && !!expected && timingSafeEqual(digest(text), expected);
};

const serviceCheck = (serviceToken: string | undefined): ((request: Request) => Promise<Caller>) => {
  const isServiceToken = comparison(serviceToken);
  return async (request) => {
    const token = bearerOf(request);
    if (!isServiceToken(token)) throw unauthenticated('Send the service token as "Authorization: Bearer …".');
    return { user: undefined, token };
  };
};

/**
 * Tells requests of other services: they show the service token as Bearer on `/internal`, and elsewhere as
 * `X-Service-Token`, beside the access token of the user for whom they call.
 */
export const fromService = (serviceToken: string | undefined): ((request: Request) => boolean) => {
  const isServiceToken = comparison(serviceToken);
  return (request) => {
    const internal = request.path.startsWith('/internal/');
    return isServiceToken(internal ? bearerOf(request) : request.get('x-service-token'));
  };
};
