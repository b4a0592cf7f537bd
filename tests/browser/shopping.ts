import { call } from '../support/client.ts';
import type { Visitor } from './visitor.ts';

/** What people do in the storefront, by the words that they see. */

export const addToCart = async (visitor: Visitor, productId: string, quantity = 1): Promise<void> => {
  await visitor.open(`/products/${productId}`);
  if (quantity !== 1) await visitor.field('Quantity').fill(String(quantity));
  await visitor.button('Add to cart').click();
  await visitor.page
    .getByText(/ in your cart\.$/)
    .first()
    .waitFor();
};

export const openCart = async (visitor: Visitor): Promise<void> => {
  await visitor.button('Cart').click();
  await visitor.heading('Your cart').waitFor();
};

export const applyVoucher = async (visitor: Visitor, code: string): Promise<void> => {
  await visitor.field('Voucher code').fill(code);
  await visitor.button('Apply voucher').click();
};

/** The text of each step of the saga. */
export const progressOf = async (visitor: Visitor): Promise<string[]> =>
  (await visitor.page.getByRole('list', { name: 'Checkout progress' }).getByRole('listitem').allInnerTexts()).map(
    (text) => text.replaceAll(/\s+/g, ' '),
  );

/** Asks the API as the visitor's own account or guest, past the page. */
const ask = async (visitor: Visitor, method: string, path: string, body?: unknown): Promise<unknown> => {
  const { origin } = new URL(visitor.page.url());
  const session = JSON.parse(await visitor.page.evaluate(`localStorage.getItem('shop.session')`));
  return (await call(origin, method, `/api/v1${path}`, { body }, session.tokens.accessToken)).body;
};

export const ordersOf = async (visitor: Visitor): Promise<{ id: string; number: string; status: string }[]> =>
  ((await ask(visitor, 'GET', '/orders')) as { items: [] }).items;

export const cartOf = async (visitor: Visitor): Promise<{ items: { priceChanged: boolean }[] }> =>
  (await ask(visitor, 'GET', '/cart')) as { items: [] };

/** As another tab or device would. */
export const setQuantityElsewhere = (visitor: Visitor, sku: string, quantity: number): Promise<unknown> =>
  ask(visitor, 'PUT', `/cart/items/${sku}`, { quantity });

export const register = async (visitor: Visitor, email: string, name = 'Kim'): Promise<void> => {
  await visitor.field('Name').fill(name);
  await visitor.field('Email').fill(email);
  await visitor.field('Password').fill('correct horse battery');
  await visitor.button('Register').click();
  await visitor.page.waitForURL(({ pathname }) => pathname !== '/register');
};
