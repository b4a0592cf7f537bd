import { ShopError, ShopUnreachable } from '@shop/sdk/errors.ts';

/** What went wrong, on the reader's side: a short title, and what is known or may help. */
export interface Words {
  title: string;
  detail: string;
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const byCode: Record<string, Words> = {
  UNAUTHENTICATED: { title: 'You have been signed out', detail: 'Sign in to go on; you come back to this page.' },
  FORBIDDEN: { title: 'This is not open to you', detail: 'Your account is not allowed to see or do this.' },
  RATE_LIMITED: {
    title: 'That was a little fast',
    detail: 'Too many requests came from here. Wait a moment, then try again.',
  },
  VERSION_CONFLICT: { title: 'Somebody else changed this', detail: 'Look at what it is now before you change it.' },
  CART_LOCKED: { title: 'Your cart is being checked out', detail: 'It can be changed again when that has ended.' },
  UNAVAILABLE: {
    title: 'This part of the shop is resting',
    detail: 'It did not answer in time. Try again in a moment.',
  },
  INTERNAL: { title: 'Something went wrong on our side', detail: 'Nothing was changed. Try again in a moment.' },
};

/** Tells an error in plain words; what the shop itself said in a sentence is passed on. */
export const wordsOf = (error: unknown): Words => {
  if (error instanceof ShopError) {
    const known = byCode[error.code];
    if (known) return known;
    return { title: sentence(error.problem.title).slice(0, -1), detail: sentence(error.problem.detail) };
  }
  if (error instanceof ShopUnreachable) {
    return navigator.onLine
      ? { title: 'The shop can’t be reached', detail: 'It may be starting again. Try once more in a moment.' }
      : { title: 'You are offline', detail: 'This comes back when your connection does.' };
  }
  return { title: 'This page stumbled', detail: 'Loading it again usually helps.' };
};
