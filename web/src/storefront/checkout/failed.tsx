import type { Checkout } from '@shop/sdk/api.ts';
import { useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { shop } from '../../client/shop.ts';
import { Button } from '../../ui/button.tsx';
import { toast } from '../../ui/toasts.tsx';
import { type Errand, signInPath } from '../account/back.ts';
import { cartOpen } from '../cart/drawer.ts';
import { sentenceOf } from '../cart/edits.ts';
import { useVariantNames } from '../cart/variant-names.ts';
import { useBeginCheckout } from './begin.ts';
import { BehindIt } from './behind-it.tsx';
import styles from './checkout-page.module.css';
import { ProgressList } from './progress-list.tsx';
import type { CheckoutRecord } from './record.ts';
import { type CartChange, type Remedy, refusalOf } from './refusal.ts';

const apply = (change: CartChange) =>
  change.kind === 'quantity' ? shop.cart.set(change.sku, change.quantity) : shop.cart.removeVoucher(change.code);

/** Changes the cart as a remedy says and begins a new checkout: of a new key, since an outcome is final for its own. */
const useRemedy = () => {
  const { begin } = useBeginCheckout();
  const [taken, setTaken] = useState<Remedy>();
  const take = async (remedy: Remedy) => {
    setTaken(remedy);
    try {
      for (const change of remedy.changes) await apply(change);
      await begin({ seen: remedy.total, careful: true, replace: true });
    } catch (error) {
      toast(sentenceOf(error), { tone: 'danger' });
    } finally {
      setTaken(undefined);
    }
  };
  return { take, taken };
};

interface FailedProps {
  checkout: Checkout;
  record: CheckoutRecord | undefined;
}

/** The rollback as it happens, then why and what now. */
export const Failed = ({ checkout, record }: FailedProps) => {
  const lines = record?.summary.lines ?? [];
  const names = useVariantNames(lines.map(({ productId }) => productId));
  const nameOf = (sku: string): string => {
    const line = lines.find((one) => one.sku === sku);
    const variant = names.get(sku);
    if (!line) return sku;
    return variant ? `${line.title} in ${variant}` : line.title;
  };
  const isOver = checkout.status === 'compensated';
  const refusal = checkout.problem && refusalOf(checkout.problem, nameOf, Math.max(1, lines.length));
  return (
    <>
      <div className={styles.lead}>
        {refusal?.sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        <p className={styles.safe}>{isOver ? 'Nothing was ordered or reserved.' : 'Putting everything back …'}</p>
      </div>
      <ProgressList checkout={checkout} />
      <BehindIt checkoutId={checkout.id} />
      {isOver && <WhatNow remedies={refusal?.remedies ?? []} wantsSignIn={refusal?.wantsSignIn ?? false} />}
    </>
  );
};

const WhatNow = ({ remedies, wantsSignIn }: { remedies: Remedy[]; wantsSignIn: boolean }) => {
  const { take, taken } = useRemedy();
  const navigate = useNavigate();
  const location = useLocation();
  return (
    <>
      <div className={styles.actions}>
        {remedies.map((remedy, at) => (
          <Button
            key={remedy.label}
            kind={at === 0 ? 'primary' : 'plain'}
            busy={taken?.label === remedy.label}
            disabled={taken !== undefined && taken.label !== remedy.label}
            onClick={() => take(remedy)}
          >
            {remedy.label}
          </Button>
        ))}
        <Button kind={remedies.length === 0 ? 'primary' : 'plain'} onClick={() => navigate('/', { state: cartOpen })}>
          Back to cart
        </Button>
      </div>
      {wantsSignIn && (
        <p className={styles.safe}>
          Or{' '}
          <Link to={signInPath({ ...location, pathname: '/' })} state={{ open: 'cart' } satisfies Errand}>
            Sign in
          </Link>{' '}
          and try it with your account.
        </p>
      )}
    </>
  );
};
