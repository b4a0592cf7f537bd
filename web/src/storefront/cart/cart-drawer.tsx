import type { Cart, Quote } from '@shop/sdk/api.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { currentUser, useUser } from '../../client/session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { useStock } from '../stock/use-stock.ts';
import { cartKey, quoteKey, useCart, useQuote } from './cart.ts';
import styles from './cart-drawer.module.css';
import { CartFoot } from './cart-foot.tsx';
import { CartLine, LineSkeleton } from './cart-line.tsx';
import { useCartDrawer } from './drawer.ts';
import { LockedNotice } from './locked-notice.tsx';
import { useVariantNames } from './variant-names.ts';
import { Vouchers } from './vouchers.tsx';

/** The cart, over whatever page one is on. */
export default function CartDrawer() {
  const { isOpen, close } = useCartDrawer();
  const user = useUser();
  const { data: cart, error, refetch } = useCart();
  const { data: quote, isError: quoteFailed, isPlaceholderData } = useQuote(cart);
  const isEmpty = !user || cart?.items.length === 0;
  useFreshness(isOpen);

  return (
    <Dialog
      open={isOpen}
      onClose={close}
      as="drawer"
      title="Your cart"
      footer={
        cart &&
        !isEmpty && <CartFoot cart={cart} quote={quote} quoteFailed={quoteFailed} quoteIsOld={isPlaceholderData} />
      }
    >
      {isEmpty && <EmptyCart close={close} />}
      {!isEmpty && !cart && !error && <LineSkeleton />}
      {!cart && error && <ErrorState error={error} retry={() => refetch()} level={3} />}
      {cart && !isEmpty && (
        <>
          {cart.status === 'locked' && <LockedNotice />}
          <Lines cart={cart} quote={quote} />
          <Vouchers cart={cart} quote={quote} />
        </>
      )}
    </Dialog>
  );
}

/** Prices, stock and other tabs have gone on while nobody looked. */
const useFreshness = (isOpen: boolean): void => {
  const client = useQueryClient();
  useEffect(() => {
    if (!isOpen) return;
    client.invalidateQueries({ queryKey: cartKey(currentUser()?.id) });
    client.invalidateQueries({ queryKey: quoteKey(currentUser()?.id) });
  }, [client, isOpen]);
};

const EmptyCart = ({ close }: { close: () => void }) => (
  <Empty title="Nothing in it yet" level={3} actions={<Button onClick={close}>Look around</Button>}>
    What you add stays here, also when you come back another day.
  </Empty>
);

const Lines = ({ cart, quote }: { cart: Cart; quote: Quote | undefined }) => {
  const names = useVariantNames(cart.items.map(({ productId }) => productId));
  const { stock } = useStock(cart.items.map(({ sku }) => sku));
  return (
    <ul className={styles.lines} aria-label="In your cart">
      {cart.items.map((item) => (
        <CartLine
          key={item.sku}
          item={item}
          variant={names.get(item.sku)}
          available={stock.get(item.sku)}
          discount={quote?.lines.find(({ sku }) => sku === item.sku)?.discount}
          locked={cart.status === 'locked'}
        />
      ))}
    </ul>
  );
};
