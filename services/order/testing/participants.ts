import { plainQuote } from '@shop/contracts/quote.ts';
import type { CheckoutCommands } from '../checkout.saga.ts';
import { snapshot } from './fixtures.ts';

/** Participants that agree to everything, and note what they were asked. */
export const agreeable = (asked: string[] = []): CheckoutCommands => ({
  cart: {
    lock: async () => {
      asked.push('lock');
      return { ok: true, snapshot: { ...snapshot, vouchers: ['TEN'] } };
    },
    complete: async () => {
      asked.push('complete');
      return { ok: true };
    },
    merge: async () => ({ merged: true }),
  },
  discount: {
    quote: async ({ lines, currency }) => plainQuote(lines, currency),
    apply: async ({ lines, currency }) => {
      asked.push('apply');
      return { ok: true, quote: plainQuote(lines, currency) };
    },
  },
  inventory: {
    reserve: async () => {
      asked.push('reserve');
      return { ok: true };
    },
  },
});
