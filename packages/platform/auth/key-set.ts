import { Problem } from '@shop/contracts/problems.ts';
import { type CryptoKey, importJWK, type JWK } from 'jose';
import type { Clock } from '../time/clock.ts';
import { withDeadline } from '../time/deadline.ts';

/** Public keys: a function that answers them, or the URL of a JWKS document. */
export type KeySource = (() => Promise<JWK[]>) | URL | string;

export interface KeySet {
  /**
   * The key that a token names, for its algorithm; one without a name is found when it is the only one.
   * @throws Problem UNAVAILABLE when the keys can't be had; Error when there is no such key.
   */
  key(kid: string | undefined, alg: string | undefined): Promise<CryptoKey>;
}

/** An unknown key makes the set be read again, but not at every forged token. */
const coolDownMs = 10_000;
const failureCoolDownMs = 1_000;
/** Keys that were withdrawn are forgotten after this long. */
const freshMs = 300_000;
const fetchTimeoutMs = 2_000;

const curves: Record<string, string> = { EdDSA: 'Ed25519', ES256: 'P-256' };

const readRemote = async (url: URL | string, signal: AbortSignal): Promise<JWK[]> => {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`the keys' address answered ${response.status}`);
  const { keys } = (await response.json()) as { keys?: JWK[] };
  if (!Array.isArray(keys)) throw new Error("the keys' address answered no key set");
  return keys;
};

interface Reading {
  at: number;
  keys: JWK[];
  failed: boolean;
  imported: Map<JWK, Promise<CryptoKey>>;
}

/** Keeps keys imported, reads them again when they are old or one is missing, one reading at a time. */
export const createKeySet = (source: KeySource, clock: Clock): KeySet => {
  const read =
    typeof source === 'function'
      ? source
      : () => withDeadline(clock, fetchTimeoutMs, (signal) => readRemote(source, signal));
  let last: Reading | undefined;
  let reading: Promise<Reading> | undefined;

  const readAgain = async (): Promise<Reading> => {
    try {
      const keys = await read();
      last = { at: clock.now().getTime(), keys, failed: false, imported: new Map() };
    } catch {
      // The keys of before stay good; only what they don't hold is unknown now.
      last = { keys: last?.keys ?? [], imported: last?.imported ?? new Map(), at: clock.now().getTime(), failed: true };
    }
    reading = undefined;
    return last;
  };

  const readOnce = (): Promise<Reading> => {
    reading ??= readAgain();
    return reading;
  };

  const find = ({ keys }: Reading, kid: string | undefined, alg: string): JWK | undefined => {
    const fitting = keys.filter((key) => key.crv === curves[alg] && (key.use ?? 'sig') === 'sig');
    if (kid === undefined) return fitting.length === 1 ? fitting[0] : undefined;
    return fitting.find((key) => key.kid === kid);
  };

  const importOnce = ({ imported }: Reading, jwk: JWK, alg: string): Promise<CryptoKey> => {
    const { d: _private, ...publicPart } = jwk;
    const key = imported.get(jwk) ?? (importJWK(publicPart, alg) as Promise<CryptoKey>);
    imported.set(jwk, key);
    return key;
  };

  return {
    async key(kid, alg = '') {
      const age = () => clock.now().getTime() - (last?.at ?? Number.NEGATIVE_INFINITY);
      let current = last && age() < freshMs ? last : await readOnce();
      let jwk = find(current, kid, alg);
      if (!jwk && age() >= (current.failed ? failureCoolDownMs : coolDownMs)) {
        current = await readOnce();
        jwk = find(current, kid, alg);
      }
      if (jwk) return importOnce(current, jwk, alg);
      if (current.failed)
        throw new Problem('UNAVAILABLE', { detail: 'Tokens can not be checked right now.', retryAfter: 1 });
      throw new Error('no such key');
    },
  };
};
