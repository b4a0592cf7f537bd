import type { Session, User } from '@shop/sdk/api.ts';
import type { Tokens, Vault } from '@shop/sdk/session.ts';
import { useSyncExternalStore } from 'react';
import { createStore, isRecord } from './store.ts';

interface SignIn {
  tokens: Tokens;
  /** Missing for the moment between the tokens and the answer that says whose they are. */
  user?: User;
}

const isSignIn = (value: unknown): value is SignIn =>
  isRecord(value) && isRecord(value.tokens) && typeof value.tokens.refreshToken === 'string';

const store = createStore<SignIn>('shop.session', isSignIn);

/** One piece of work at a time among all tabs; where the browser can't tell (plain HTTP), among those of this one. */
export const alone = async <T>(name: string, work: () => Promise<T>): Promise<T> =>
  navigator.locks ? ((await navigator.locks.request(name, work)) as T) : work();

/** The tokens as the SDK keeps them, shared by all tabs. */
export const vault: Vault = {
  read: () => store.get()?.tokens,
  write: (tokens) => store.set(tokens && { ...store.get(), tokens }),
  alone: (work) => alone('shop.renewal', work),
};

/** Notes whose tokens they are, after a sign-in. */
export const keepUser = ({ user }: Pick<Session, 'user'>): void => {
  const current = store.get();
  if (current) store.set({ ...current, user });
};

export const currentUser = (): User | undefined => store.get()?.user;
export const onSession = store.subscribe;

/** Who is signed in, a guest too; undefined when nobody is. Changes with every tab. */
export const useUser = (): User | undefined => useSyncExternalStore(store.subscribe, currentUser);

/** Whether the user has an account: guests have a cart and orders, but no name. */
export const isMember = (user: User | undefined): user is User => user !== undefined && user.role !== 'guest';
