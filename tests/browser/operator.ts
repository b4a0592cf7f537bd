import type { BrowserContextOptions } from 'playwright-core';
import { customer } from '../support/client.ts';
import type { OpenBrowser } from './open-browser.ts';
import type { Visitor } from './visitor.ts';

interface SignIn {
  token: string;
  refreshToken: string;
  userId: string;
  role: 'admin' | 'customer';
}

/** A browser as the sign-in page has left it. */
const signedIn = (url: string, { token, refreshToken, userId, role }: SignIn): BrowserContextOptions => {
  const tokens = { accessToken: token, refreshToken, expiresAt: Date.now() + 14 * 60_000 };
  const user = { id: userId, email: `${role}@example.com`, name: 'Kim', role };
  const session = { name: 'shop.session', value: JSON.stringify({ tokens, user }) };
  return { storageState: { cookies: [], origins: [{ origin: url, localStorage: [session] }] } };
};

/** The shop's administrator at a browser, signed in already. */
export const operatorOf = ({ shop, seller, visitor }: OpenBrowser, options?: BrowserContextOptions): Promise<Visitor> =>
  visitor({ ...signedIn(shop.url, { ...seller, role: 'admin' }), ...options });

/** A customer at a browser, signed in already. */
export const customerOf = async ({ shop, visitor }: OpenBrowser): Promise<Visitor> =>
  visitor(signedIn(shop.url, { ...(await customer(shop.url)), role: 'customer' }));
