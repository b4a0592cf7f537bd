import { hash, hashSync, verify } from '@node-rs/argon2';
import { type Refusal, refuse } from '@shop/contracts/problems.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { createPlaces } from './places.ts';

/** argon2id (the library's default algorithm) as OWASP recommends it: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Each hash takes 19 MiB and tens of milliseconds of a core: this bounds both, and how long anyone waits. */
const bounds = { running: 4, waiting: 32 };

type Busy = Refusal<'UNAVAILABLE'>;

const busy = (): Busy => refuse('UNAVAILABLE', { detail: 'Too many people are signing in right now.', retryAfter: 1 });

/** Hashes passwords and compares them, in any Unicode spelling (NFKC). Refuses with UNAVAILABLE when too many wait. */
export interface Passwords {
  /** The hash of a password that nobody knows, to be verified where there is no user: the same work, always false. */
  readonly dummyHash: string;
  hash(password: string): Promise<string | Busy>;
  verify(passwordHash: string, password: string): Promise<boolean | Busy>;
}

export const createPasswords = ({ ids }: { ids: Ids }, { running, waiting } = bounds): Passwords => {
  const places = createPlaces({ running, waiting });
  return {
    dummyHash: hashSync(ids.secret(32), cost),
    hash: async (password) => (await places.run(() => hash(password.normalize('NFKC'), cost))) ?? busy(),
    verify: async (passwordHash, password) =>
      (await places.run(() => verify(passwordHash, password.normalize('NFKC')))) ?? busy(),
  };
};
