import { CartIcon } from '../../ui/icons.tsx';
import { useCart } from '../cart/cart.ts';
import { preloadCartDrawer } from '../cart/cart-drawer-slot.tsx';
import { useCartDrawer } from '../cart/drawer.ts';
import styles from './header.module.css';

export const CartButton = () => {
  const { data: cart } = useCart();
  const { open } = useCartDrawer();
  const units = cart?.items.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
  return (
    <div className={styles.cart}>
      <button
        type="button"
        className={styles.cartButton}
        aria-describedby="cart-units"
        aria-haspopup="dialog"
        onClick={open}
        onPointerEnter={preloadCartDrawer}
        onFocus={preloadCartDrawer}
      >
        <CartIcon />
        <span className={styles.word}>Cart</span>
      </button>
      {/* Beside the button, which is called Cart whatever is in it. */}
      <span className={styles.units} data-empty={units === 0 || undefined} aria-hidden="true">
        {units > 999 ? '999+' : units}
      </span>
      <span id="cart-units" hidden>
        {units === 1 ? '1 item' : `${units} items`}
      </span>
    </div>
  );
};
