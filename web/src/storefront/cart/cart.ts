import type { Cart, Quote } from '@shop/sdk/api.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { mine } from '../../client/query.ts';
import { useUser } from '../../client/session.ts';
import { shop } from '../../client/shop.ts';

export const cartKey = (userId: string | undefined) => mine(userId, 'cart');
export const quoteKey = (userId: string | undefined) => mine(userId, 'quote');

/** The cart of whoever is signed in; nobody has none, and is not asked for. */
export const useCart = () => {
  const user = useUser();
  return useQuery<Cart>({
    queryKey: cartKey(user?.id),
    queryFn: ({ signal }) => shop.cart.get({ signal }),
    enabled: user !== undefined,
    // Another tab, another device, or the end of a checkout.
    refetchOnWindowFocus: 'always',
  });
};

/** What the cart would cost now; the former figures stay until the new ones are here. */
export const useQuote = (cart: Cart | undefined) => {
  const user = useUser();
  return useQuery<Quote>({
    queryKey: [...quoteKey(user?.id), cart?.cartNo, cart?.version],
    queryFn: ({ signal }) => shop.cart.quote({ signal }),
    enabled: cart !== undefined && cart.items.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
};
