import type { Cart } from '@shop/sdk/api.ts';
import { ShopError } from '@shop/sdk/errors.ts';
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { currentUser } from '../../client/session.ts';
import { ensureUser, shop } from '../../client/shop.ts';
import { wordsOf } from '../../client/words.ts';
import { toast } from '../../ui/toasts.tsx';
import { cartKey, quoteKey } from './cart.ts';

/** A change of the cart: how it looks at once, and how the shop is told. */
interface Edit {
  /** What the cart will look like; left away where only the shop knows. */
  expect?: (cart: Cart) => Cart;
  send: (version: number) => Promise<Cart>;
  /** Another edit of the same thing, sent later, replaces it. */
  of: string;
}

/** All edits of carts have this key, so that they wait for each other and can be waited for. */
const editKey = ['cart'];

/** Resolves when no edit is under way. */
export const cartIsSettled = (client: QueryClient): Promise<void> =>
  new Promise((resolve) => {
    const isSettled = () => client.isMutating({ mutationKey: editKey }) === 0;
    if (isSettled()) return resolve();
    const stop = client.getMutationCache().subscribe(() => {
      if (!isSettled()) return;
      stop();
      resolve();
    });
  });

/** The newest edit of each thing: one that has been overtaken while it waited is not sent. */
const newest = new Map<string, Edit>();

/** The version that the shop told last; what is shown meanwhile may be ahead of it. */
let toldVersion: { userId: string; version: number } | undefined;

const versionOf = (cart: Cart): number =>
  toldVersion?.userId === cart.userId ? Math.max(toldVersion.version, cart.version) : cart.version;

/**
 * Changes the cart at once on the page, then in the shop, one change after the other. Where the shop refuses, the page
 * shows the cart as it is there, and the caller is told.
 */
export const useCartEdit = () => {
  const client = useQueryClient();
  const key = () => cartKey(currentUser()?.id);

  const { mutateAsync, isPending } = useMutation({
    mutationKey: editKey,
    scope: { id: 'cart' },
    onMutate: async (edit: Edit) => {
      newest.set(edit.of, edit);
      await client.cancelQueries({ queryKey: key() });
      const cart = client.getQueryData<Cart>(key());
      if (cart && edit.expect) client.setQueryData(key(), edit.expect(cart));
    },
    mutationFn: async (edit: Edit) => {
      const cart = client.getQueryData<Cart>(key());
      if (newest.get(edit.of) !== edit) return undefined;
      const answer = await edit.send(cart ? versionOf(cart) : 0);
      toldVersion = { userId: answer.userId, version: answer.version };
      return answer;
    },
    onSuccess: (answer) => {
      // Others wait: what they will change is shown already.
      if (answer && client.isMutating({ mutationKey: editKey }) === 1)
        client.setQueryData(cartKey(answer.userId), answer);
    },
    onError: async () => {
      await client.invalidateQueries({ queryKey: key() });
      await client.invalidateQueries({ queryKey: quoteKey(currentUser()?.id) });
    },
  });
  return { edit: mutateAsync, isPending };
};

const withQuantity =
  (sku: string, quantity: number) =>
  (cart: Cart): Cart => {
    const items = cart.items
      .map((item) =>
        item.sku === sku
          ? { ...item, quantity, lineTotal: { ...item.lineTotal, amount: item.unitPrice.amount * quantity } }
          : item,
      )
      .filter((item) => item.quantity > 0);
    const amount = items.reduce((sum, { available, lineTotal }) => sum + (available ? lineTotal.amount : 0), 0);
    return { ...cart, items, subtotal: { ...cart.subtotal, amount } };
  };

/** Sets the quantity of a line, meant for the cart as it is shown; 0 takes the line out. */
export const quantityEdit = (sku: string, quantity: number): Edit => ({
  of: `line ${sku}`,
  expect: withQuantity(sku, quantity),
  send: (version) => shop.cart.set(sku, quantity, { ifMatch: version }),
});

/** The same, whatever the cart looks like by now. */
export const forcedQuantityEdit = (sku: string, quantity: number): Edit => ({
  ...quantityEdit(sku, quantity),
  send: () => shop.cart.set(sku, quantity),
});

export const addVoucherEdit = (code: string): Edit => ({
  of: `voucher ${code.toUpperCase()}`,
  send: () => shop.cart.addVoucher(code),
});

export const removeVoucherEdit = (code: string): Edit => ({
  of: `voucher ${code}`,
  expect: (cart) => ({ ...cart, vouchers: cart.vouchers.filter((one) => one !== code) }),
  send: () => shop.cart.removeVoucher(code),
});

/** Puts something into the cart, making the guest who has it where nobody is signed in. Says how it went. */
export const useAddToCart = () => {
  const { edit, isPending } = useCartEdit();
  const client = useQueryClient();
  const add = async (sku: string, quantity: number, name: string): Promise<boolean> => {
    try {
      await ensureUser();
      const send = () => shop.cart.add(sku, quantity);
      const cart = await edit({ of: `add ${sku} ${Date.now()}`, send });
      if (cart) client.setQueryData(cartKey(cart.userId), cart);
      toast(quantity === 1 ? `${name} is in your cart.` : `${quantity} × ${name} are in your cart.`);
      return true;
    } catch (error) {
      toast(sentenceOf(error), { tone: 'danger' });
      return false;
    }
  };
  return { add, isPending };
};

/** Why a change of the cart was not made, in one sentence or two. */
export const sentenceOf = (error: unknown): string => {
  if (error instanceof ShopError && error.code === 'CART_FULL')
    return 'Your cart is full: 100 different things is the most.';
  if (error instanceof ShopError && error.code === 'QUANTITY_LIMIT') return '999 of one thing is the most.';
  if (error instanceof ShopError && error.code === 'SKU_UNKNOWN') return 'This is no longer sold.';
  const { title, detail } = wordsOf(error);
  return `${title}. ${detail}`;
};
