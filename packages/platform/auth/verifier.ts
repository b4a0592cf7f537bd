import { Problem } from '@shop/contracts/problems.ts';
import { jwtVerify } from 'jose';
import type { User } from '../http/route.ts';
import type { Clock } from '../time/clock.ts';
import { createKeySet, type KeySource } from './key-set.ts';

/** Tells who an access token stands for; undefined when it is not valid (any more). Never throws on a bad token. */
export type TokenVerifier = (token: string) => Promise<User | undefined>;

export interface VerifierOptions {
  /** The `iss` that tokens must carry. */
  issuer: string;
  /** Whom `aud` must name; tokens for anybody count without it. */
  audience?: string;
  /** The public keys, or the URL of a JWKS document. */
  keys: KeySource;
  clock: Clock;
}

/** Signatures that are accepted; the list keeps `none` and HMAC with a public key out. */
const algorithms = ['EdDSA', 'ES256'];

const roles: readonly unknown[] = ['guest', 'customer', 'admin'] satisfies User['role'][];
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Checking a signature costs 100 µs, and a buyer sends the same token again and again. */
const remembered = 10_000;
const rememberedMs = 60_000;

/**
 * Checks signed tokens: EdDSA or ES256, issuer, audience, `exp` against the clock, a UUID in `sub`, a known `role`. Valid ones are
 * remembered for a minute at most and never past their end, so a withdrawn key stops within that minute. Only
 * keys that can't be fetched make it throw (Problem UNAVAILABLE): the token may be fine.
 */
export const jwtVerifier = ({ issuer, audience, keys, clock }: VerifierOptions): TokenVerifier => {
  const keySet = createKeySet(keys, clock);
  const known = new Map<string, { user: User; until: number }>();

  const check = async (token: string): Promise<{ user: User; until: number } | undefined> => {
    const currentDate = clock.now();
    const { payload } = await jwtVerify(token, ({ kid, alg }) => keySet.key(kid, alg), {
      issuer,
      audience,
      algorithms,
      currentDate,
      requiredClaims: ['exp', 'sub', 'role'],
    });
    const { sub, role, exp } = payload;
    if (!sub || !uuid.test(sub) || !roles.includes(role) || !exp) return undefined;
    const until = Math.min(exp * 1000, currentDate.getTime() + rememberedMs);
    return { user: { id: sub, role: role as User['role'] }, until };
  };

  const remember = (token: string, entry: { user: User; until: number }) => {
    if (known.size >= remembered) known.delete(known.keys().next().value ?? '');
    known.set(token, entry);
  };

  return async (token) => {
    const hit = known.get(token);
    if (hit && hit.until > clock.now().getTime()) return { ...hit.user };
    known.delete(token);
    try {
      const entry = await check(token);
      if (!entry) return undefined;
      remember(token, entry);
      return { ...entry.user };
    } catch (error) {
      if (error instanceof Problem) throw error;
      return undefined;
    }
  };
};
