import type { Api } from '@shop/sdk/api.ts';
import { createShop } from '@shop/sdk/shop.ts';
import { alone, currentUser, keepUser, leave, vault } from './session.ts';

/** The shop that this page came from, for whoever is signed in. */
export const shop = createShop({ url: location.origin, vault });

/** Signs in as a guest unless somebody is signed in: what a cart needs. Two tabs make one guest. */
export const ensureUser = async (): Promise<void> => {
  await alone('shop.guest', async () => {
    if (!vault.read()) keepUser(await shop.auth.guest());
    else if (!currentUser()) keepUser({ user: await shop.auth.me() });
  });
};

/** Signs in; the cart of a guest moves into the account's. Answers whether it did. */
export const signIn = async (credentials: Api['POST /auth/login']['body']): Promise<{ cartMerged: boolean }> => {
  const session = await shop.auth.login(credentials);
  keepUser(session);
  return { cartMerged: session.cartMerged !== false };
};

/** Makes an account; a guest becomes that customer, cart and orders stay. */
export const register = async (details: Api['POST /auth/register']['body']): Promise<void> => {
  keepUser(await shop.auth.register(details));
};

/** Ends the sign-in here at once, and there when the shop can be reached. */
export const signOut = (): void =>
  leave(() => {
    shop.auth.logout().catch(() => {
      // The tokens are gone from here; those that the shop knows end by themselves.
    });
  });
