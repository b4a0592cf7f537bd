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

const queues = new Map<string, Promise<unknown>>();

const oneByOne = <T>(name: string, work: () => Promise<T>): Promise<T> => {
  const turn = (queues.get(name) ?? Promise.resolve()).then(work, work);
  queues.set(name, turn);
  return turn;
};

/** One piece of work at a time among all tabs; where the browser can't tell (plain HTTP), among those of this one. */
export const alone = async <T>(name: string, work: () => Promise<T>): Promise<T> =>
  navigator.locks ? ((await navigator.locks.request(name, work)) as T) : oneByOne(name, work);

let isLeaving = false;
const lossListeners = new Set<() => void>();

/** The tokens as the SDK keeps them, shared by all tabs. */
export const vault: Vault = {
  read: () => store.get()?.tokens,
  write(tokens) {
    store.set(tokens && { ...store.get(), tokens });
    if (!tokens && !isLeaving) for (const listener of lossListeners) listener();
  },
  alone: (work) => alone('shop.renewal', work),
};

/** Ends the sign-in because its user wants it. */
export const leave = (end: () => void): void => {
  isLeaving = true;
  end();
  isLeaving = false;
};

/** Called when the sign-in has ended although nobody asked for it; answers how to stop. */
export const onSessionLost = (listener: () => void): (() => void) => {
  lossListeners.add(listener);
  return () => lossListeners.delete(listener);
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
