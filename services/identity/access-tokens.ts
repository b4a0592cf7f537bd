import type { Clock } from '@shop/platform/time/clock.ts';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { type Account, accessTokenSeconds, retiredKeysUntil } from './domain.ts';
import type { KeyStore, SigningKey } from './store.ts';

/** How long keys are kept before they are read again: so soon a rotation is noticed. */
const keysMs = 60_000;

const algorithm = 'EdDSA';

/** Signed tokens (EdDSA, Ed25519), and the public halves of the keys that signed those still valid. */
export interface AccessTokens {
  /** A token for the account, valid for 15 minutes. */
  issue(account: Pick<Account, 'id' | 'role'>): Promise<string>;
  /** For JWKS: the signing key first, then retired ones that may still have valid tokens. */
  publicKeys(): Promise<JWK[]>;
}

interface Keys {
  kid: string;
  sign: Awaited<ReturnType<typeof importJWK>>;
  published: JWK[];
  readAt: number;
}

const newKey = async (): Promise<SigningKey> => {
  const { privateKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true });
  const privateJwk = await exportJWK(privateKey);
  return { kid: await calculateJwkThumbprint(privateJwk), privateJwk };
};

/** Names what is published: the private half can't slip out with a field that was forgotten. */
const publicHalf = ({ kid, privateJwk: { kty, crv, x } }: SigningKey): JWK => ({
  kty,
  crv,
  x,
  kid,
  alg: algorithm,
  use: 'sig',
});

/**
 * Signs with the active key of the store, and makes it when there is none: of two processes that do so at once, both
 * go on with the one that was stored first. Keys in hand outlast a store that is gone.
 */
export const createAccessTokens = (deps: { store: KeyStore; issuer: string; clock: Clock }): AccessTokens => {
  const { store, issuer, clock } = deps;
  let keys: Keys | undefined;
  let reading: Promise<Keys> | undefined;

  const read = async (): Promise<Keys> => {
    const now = clock.now();
    const stored = () => store.signingKeys(retiredKeysUntil(now));
    let found = await stored();
    if (!found[0] || found[0].retiredAt) {
      await store.addSigningKey(await newKey(), now);
      found = await stored();
    }
    const [active] = found;
    if (!active || active.retiredAt) throw new Error('There is no active signing key, though one was just added');
    const sign = await importJWK(active.privateJwk, algorithm);
    return { kid: active.kid, sign, published: found.map(publicHalf), readAt: now.getTime() };
  };

  const current = async (): Promise<Keys> => {
    if (keys && clock.now().getTime() - keys.readAt < keysMs) return keys;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    try {
      keys = await reading;
    } catch (error) {
      if (!keys) throw error;
    }
    return keys;
  };

  return {
    async issue({ id, role }) {
      const { kid, sign } = await current();
      const issuedAt = Math.floor(clock.now().getTime() / 1000);
      return new SignJWT({ role })
        .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
        .setIssuer(issuer)
        .setSubject(id)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + accessTokenSeconds)
        .sign(sign);
    },
    publicKeys: async () => (await current()).published.map((key) => ({ ...key })),
  };
};
