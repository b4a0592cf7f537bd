import type { Background } from '@shop/platform/service/background.ts';

/** What product does beside requests: it tells, and hears nothing. */
export const productBackground = (outbox: NonNullable<Background['outbox']>): Background => ({
  name: 'product',
  outbox,
});
