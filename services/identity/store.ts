import type { JWK } from 'jose';
import type { Account } from './domain.ts';

/** A refresh token that is about to be handed out, known by its SHA-256 alone. */
export interface NewToken {
  hash: Uint8Array;
  expiresAt: Date;
}

/** A new sign-in: a family with its first refresh token. */
export interface NewSession {
  familyId: string;
  token: NewToken;
  now: Date;
}

/** What makes a guest a customer. `email` is an `emailKey`. */
export interface Registration {
  email: string;
  name: string;
  passwordHash: string;
}

export interface StoredCredentials {
  account: Account;
  passwordHash: string;
}

export interface UserStore {
  /** Makes a guest and signs it in. */
  addGuest(id: string, session: NewSession): Promise<void>;
  /** Makes a customer and signs it in; false, and nothing done, when the address is taken. */
  addCustomer(id: string, registration: Registration, session: NewSession): Promise<boolean>;
  /**
   * Turns a guest into a customer in place, ends its sign-ins so far and opens a new one. `not a guest`, and nothing
   * done, when there is no guest with this id (any more).
   */
  upgradeGuest(
    id: string,
    registration: Registration,
    session: NewSession,
  ): Promise<'upgraded' | 'email taken' | 'not a guest'>;
  find(id: string): Promise<Account | undefined>;
  credentialsOf(email: string): Promise<StoredCredentials | undefined>;
  /**
   * Makes an administrator, or turns the user with this address into one: password replaced, sign-ins ended. An
   * administrator with this address stays as it is.
   */
  ensureAdmin(id: string, registration: Registration, now: Date): Promise<'made' | 'promoted' | 'present'>;
}

export interface SessionStore {
  /** Signs in, if the user's password is still the one that was verified; answers the user as it is then. */
  openSession(userId: string, verifiedHash: string, session: NewSession): Promise<Account | undefined>;
  /** Uses up a token and stores its successor; undefined for one that is unknown, used, expired or of an ended family. */
  rotate(hash: Uint8Array, successor: NewToken, now: Date): Promise<Account | undefined>;
  /** Ends the family of a token, if that token was used before; durable whatever the caller is answered. */
  endReused(hash: Uint8Array, now: Date): Promise<boolean>;
  /** Ends the family of a token. */
  endFamily(hash: Uint8Array, now: Date): Promise<void>;
  /** Deletes at most `limit` expired tokens, and families without a valid one; answers how many tokens. */
  deleteExpired(now: Date, limit: number): Promise<number>;
}

export interface SigningKey {
  kid: string;
  privateJwk: JWK;
  /** Absent for the one that signs. */
  retiredAt?: Date;
}

export interface KeyStore {
  /** The active key first, then those that were retired after `retiredAfter`. */
  signingKeys(retiredAfter: Date): Promise<SigningKey[]>;
  /** Adds the active key, unless there is one. */
  addSigningKey(key: SigningKey, now: Date): Promise<void>;
}

export type IdentityStore = UserStore & SessionStore & KeyStore;
