import { createHash } from 'node:crypto';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { refreshExpiry } from './domain.ts';
import type { NewSession, NewToken } from './store.ts';

const secretBytes = 32;

/** Refresh tokens are long and random, so one round of SHA-256 hides them well enough. */
export const hashOf = (refreshToken: string): Uint8Array => createHash('sha256').update(refreshToken).digest();

/** A refresh token for its owner, and what is stored of it. */
export const newToken = (ids: Ids, now: Date): { refreshToken: string; token: NewToken } => {
  const refreshToken = ids.secret(secretBytes);
  return { refreshToken, token: { hash: hashOf(refreshToken), expiresAt: refreshExpiry(now) } };
};

/** A new sign-in with its first refresh token. */
export const newSession = (ids: Ids, clock: Clock): { refreshToken: string; session: NewSession } => {
  const now = clock.now();
  const { refreshToken, token } = newToken(ids, now);
  return { refreshToken, session: { familyId: ids.uuid(), token, now } };
};
