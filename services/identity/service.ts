import type { CartCommands } from '@shop/contracts/commands.ts';
import { isRefusal, type Refusal, refuse } from '@shop/contracts/problems.ts';
import type { User } from '@shop/platform/http/route.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import type { JWK } from 'jose';
import { createAccessTokens } from './access-tokens.ts';
import { type Admin, createAdminGate } from './admin.ts';
import { createCartMerge } from './cart-merge.ts';
import { type Account, accessTokenSeconds, emailKey } from './domain.ts';
import type { Passwords } from './passwords.ts';
import { hashOf, newSession, newToken } from './sessions.ts';
import type { IdentityStore, Registration } from './store.ts';

/** What a client gets that came in. */
export interface SignedIn {
  accessToken: string;
  refreshToken: string;
  tokenType: 'Bearer';
  /** Seconds that the access token is valid. */
  expiresIn: number;
  user: Account;
}

export interface Credentials {
  email: string;
  password: string;
}

export interface IdentityDeps {
  store: IdentityStore;
  passwords: Passwords;
  /** Where a guest's cart goes when the guest signs in. */
  cart: Pick<CartCommands, 'merge'>;
  /** `iss` of the access tokens. */
  issuer: string;
  clock: Clock;
  ids: Ids;
  logger: Logger;
}

export interface Identity {
  /** Makes a guest and signs it in. */
  guest(): Promise<SignedIn>;
  /** Makes a customer, or makes one of the guest who asks: same id, so cart and orders stay. */
  register(
    registration: Credentials & { name: string },
    caller?: User,
  ): Promise<SignedIn | Refusal<'EMAIL_TAKEN' | 'UNAVAILABLE'>>;
  /**
   * Signs in. With a guest as the caller its cart is merged too, and `cartMerged` says whether it was; that it could
   * not be never stands in the way.
   */
  login(
    credentials: Credentials,
    caller?: User,
  ): Promise<(SignedIn & { cartMerged?: boolean }) | Refusal<'BAD_CREDENTIALS' | 'UNAVAILABLE'>>;
  /** New tokens for a refresh token, which is used up. One that was used before ends its whole family. */
  refresh(refreshToken: string): Promise<SignedIn | Refusal<'UNAUTHENTICATED'>>;
  /** Ends the family of a refresh token; unknown ones are fine. */
  logout(refreshToken: string): Promise<void>;
  me(user: User): Promise<Account | Refusal<'UNAUTHENTICATED'>>;
  /** An access token for somebody whom identity need not know; for the race lab, whose buyers are made up. */
  tokenFor(user: User): Promise<string>;
  /** Public keys that check access tokens. */
  signingKeys(): Promise<JWK[]>;
  /**
   * Sees to it that there is an administrator with this address; an existing one keeps its password. A customer with
   * this address is promoted with the password given here, never with its own, and its sign-ins end.
   * @throws when address or password could not be registered either.
   */
  ensureAdmin(admin: Admin): Promise<'made' | 'promoted' | 'present'>;
  /** Deletes at most `limit` refresh tokens that have expired; answers how many. */
  forgetExpired(limit: number): Promise<number>;
}

const customerOf = (id: string, { email, name }: Registration): Account => ({ id, email, name, role: 'customer' });

export const createIdentity = (deps: IdentityDeps): Identity => {
  const { store, passwords, cart, issuer, clock, ids, logger } = deps;
  const accessTokens = createAccessTokens({ store, issuer, clock });
  const mergeCart = createCartMerge({ store, cart, clock, logger });

  const signedIn = async (user: Account, refreshToken: string): Promise<SignedIn> => ({
    accessToken: await accessTokens.issue(user),
    refreshToken,
    tokenType: 'Bearer',
    expiresIn: accessTokenSeconds,
    user,
  });

  return {
    async guest() {
      const { refreshToken, session } = newSession(ids, clock);
      const user: Account = { id: ids.uuid(), email: null, name: null, role: 'guest' };
      await store.addGuest(user.id, session);
      return signedIn(user, refreshToken);
    },

    async register({ email, password, name }, caller) {
      const passwordHash = await passwords.hash(password);
      if (isRefusal(passwordHash)) return passwordHash;
      const registration = { email: emailKey(email), name: name.trim(), passwordHash };
      const { refreshToken, session } = newSession(ids, clock);

      if (caller?.role === 'guest') {
        const outcome = await store.upgradeGuest(caller.id, registration, session);
        if (outcome === 'upgraded') return signedIn(customerOf(caller.id, registration), refreshToken);
        if (outcome === 'email taken') return refuse('EMAIL_TAKEN');
      }
      const id = ids.uuid();
      const added = await store.addCustomer(id, registration, session);
      return added ? signedIn(customerOf(id, registration), refreshToken) : refuse('EMAIL_TAKEN');
    },

    async login({ email, password }, caller) {
      const known = await store.credentialsOf(emailKey(email));
      // Without a user the same work is done all the same, so that the time taken tells nothing.
      const right = await passwords.verify(known?.passwordHash ?? passwords.dummyHash, password);
      if (isRefusal(right)) return right;
      if (!known || !right) return refuse('BAD_CREDENTIALS');

      const { refreshToken, session } = newSession(ids, clock);
      const account = await store.openSession(known.account.id, known.passwordHash, session);
      if (!account) return refuse('BAD_CREDENTIALS');
      const answer = await signedIn(account, refreshToken);
      return caller?.role === 'guest' ? { ...answer, cartMerged: await mergeCart(caller, account.id) } : answer;
    },

    async refresh(refreshToken) {
      const now = clock.now();
      const hash = hashOf(refreshToken);
      const next = newToken(ids, now);
      const account = await store.rotate(hash, next.token, now);
      if (account) return signedIn(account, next.refreshToken);
      if (await store.endReused(hash, now)) logger.warn('a refresh token was used twice: its family is ended');
      return refuse('UNAUTHENTICATED', { detail: 'The refresh token is not valid, or no longer.' });
    },

    logout: (refreshToken) => store.endFamily(hashOf(refreshToken), clock.now()),
    me: async ({ id }) =>
      (await store.find(id)) ?? refuse('UNAUTHENTICATED', { detail: 'There is no such user any more.' }),
    tokenFor: (user) => accessTokens.issue(user),
    signingKeys: () => accessTokens.publicKeys(),
    ensureAdmin: createAdminGate({ store, passwords, clock, ids, logger }),
    forgetExpired: (limit) => store.deleteExpired(clock.now(), limit),
  };
};
