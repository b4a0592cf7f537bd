import type { Background } from '@shop/platform/service/background.ts';
import type { Identity } from './service.ts';

/** What identity does beside requests. */
export const identityBackground = (identity: Pick<Identity, 'forgetExpired'>): Background => ({
  name: 'identity',
  // Expired is expired, however long other things are kept.
  forget: { 'refresh tokens': (_old, limit) => identity.forgetExpired(limit) },
});
