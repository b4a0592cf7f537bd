import type { Quote } from '@shop/sdk/api.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { alone, currentUser, isMember } from '../../client/session.ts';
import { shop } from '../../client/shop.ts';
import { clearToasts, toast } from '../../ui/toasts.tsx';
import { cartKey } from '../cart/cart.ts';
import { cartOpen } from '../cart/drawer.ts';
import { cartIsSettled, sentenceOf } from '../cart/edits.ts';
import { isOver } from './progress.ts';
import { beginRecord, currentRecord, noteOnRecord } from './record.ts';

interface BeginOptions {
  /** The total that the buyer has before their eyes; any other is refused. That of a new quote unless given. */
  seen?: Quote['total'];
  /** Opens the cart instead when a voucher does not count any more. */
  careful?: boolean;
  /** Instead of the present page in the history. */
  replace?: boolean;
}

/** The name and address of the account, for the order; guests have none. */
const contactOf = () => {
  const user = currentUser();
  return isMember(user) && user.email && user.name ? { email: user.email, name: user.name } : undefined;
};

/** A checkout that ended while nobody looked is over: what is begun now is another one. */
const closeEndedRecord = async (): Promise<void> => {
  const record = currentRecord();
  if (!record?.checkoutId || record.ended) return;
  const checkout = await shop.checkouts.get(record.checkoutId).catch(() => undefined);
  if (checkout && isOver(checkout)) noteOnRecord(record.key, { ended: true });
};

/**
 * Buys what is in the cart: waits for the changes that are on their way, notes the checkout, and goes to the page that
 * runs and shows it. Two clicks, here or in two tabs, begin one checkout.
 */
export const useBeginCheckout = () => {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [isBeginning, setBeginning] = useState(false);

  /** Where to go on. */
  const note = async ({ seen, careful }: BeginOptions): Promise<'checkout' | 'cart' | 'catalogue'> => {
    await closeEndedRecord();
    const cart = await shop.cart.get();
    client.setQueryData(cartKey(cart.userId), cart);
    if (cart.items.length === 0) return 'catalogue';
    const quote = await shop.cart.quote().catch(() => undefined);
    if (careful && quote && quote.rejected.length > 0) return 'cart';
    beginRecord({ cart, quote, expectedTotal: seen ?? quote?.total, contact: contactOf() });
    return 'checkout';
  };

  const begin = async (options: BeginOptions = {}): Promise<void> => {
    if (isBeginning) return;
    setBeginning(true);
    clearToasts();
    try {
      await cartIsSettled(client);
      const next = await alone('shop.checkout', () => note(options));
      if (next === 'checkout') await navigate('/checkout', { replace: options.replace });
      else await navigate('/', { state: next === 'cart' ? cartOpen : null });
    } catch (error) {
      toast(sentenceOf(error), { tone: 'danger' });
    } finally {
      setBeginning(false);
    }
  };
  return { begin, isBeginning };
};
