import type { Cart, Quote } from '@shop/sdk/api.ts';
import { Link, useLocation } from 'react-router';
import { isMember, useUser } from '../../client/session.ts';
import { Button } from '../../ui/button.tsx';
import { Money } from '../../ui/money.tsx';
import { type Errand, registerPath, signInPath } from '../account/back.ts';
import { useBeginCheckout } from '../checkout/begin.ts';
import styles from './cart-drawer.module.css';

const backToCart: Errand = { open: 'cart' };

interface CartFootProps {
  cart: Cart;
  quote: Quote | undefined;
  quoteFailed: boolean;
  /** The figures are those of before the last change. */
  quoteIsOld: boolean;
}

/** What it costs, and the way to buy it. */
export const CartFoot = ({ cart, quote, quoteFailed, quoteIsOld }: CartFootProps) => {
  const user = useUser();
  const location = useLocation();
  const { begin, isBeginning } = useBeginCheckout();
  return (
    <div className={styles.foot}>
      <Totals cart={cart} quote={quote} isOld={quoteIsOld} />
      {quoteFailed && !quote && (
        <p className={styles.reason}>Vouchers can’t be reckoned right now; the checkout says what they take off.</p>
      )}
      <Button
        kind="primary"
        size="large"
        wide
        busy={isBeginning}
        disabled={cart.status === 'locked'}
        onClick={() => begin({ seen: quoteIsOld ? undefined : quote?.total })}
      >
        Checkout
      </Button>
      {!isMember(user) && (
        <p className={styles.guest}>
          You are buying as a guest.{' '}
          <Link to={signInPath(location)} state={backToCart}>
            Sign in
          </Link>{' '}
          or{' '}
          <Link to={registerPath(location)} state={backToCart}>
            Register
          </Link>{' '}
          and this cart comes with you.
        </p>
      )}
    </div>
  );
};

const Totals = ({ cart, quote, isOld }: { cart: Cart; quote: Quote | undefined; isOld: boolean }) => (
  <dl className={styles.totals} data-old={isOld || undefined}>
    {quote && quote.discounts.length > 0 && (
      <>
        <dt>Subtotal</dt>
        <dd>
          <Money value={quote.subtotal} />
        </dd>
        {quote.discounts.map(({ code, amount }) => (
          <Discount key={code} code={code} amount={amount} />
        ))}
      </>
    )}
    <dt className={styles.sum}>Total</dt>
    <dd className={styles.sum}>
      <Money value={quote?.total ?? cart.subtotal} />
    </dd>
  </dl>
);

const Discount = ({ code, amount }: Quote['discounts'][number]) => (
  <>
    <dt>{code}</dt>
    <dd className={styles.minus}>
      <Money value={amount} minus />
    </dd>
  </>
);
