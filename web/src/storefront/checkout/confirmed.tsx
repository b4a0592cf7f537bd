import type { Checkout } from '@shop/sdk/api.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { isMember, useUser } from '../../client/session.ts';
import { formatDuration } from '../../client/time.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { orderQuery } from '../orders/orders.ts';
import { BehindIt } from './behind-it.tsx';
import styles from './checkout-page.module.css';
import { tookMs } from './progress.ts';
import { ProgressList } from './progress-list.tsx';

/** The order is made: its number, what comes next, and how fast it was. */
export const Confirmed = ({ checkout }: { checkout: Checkout }) => {
  const user = useUser();
  const { data: order } = useQuery(orderQuery(user?.id, checkout.orderId));
  const ms = tookMs(checkout);
  return (
    <>
      <div className={styles.lead}>
        <div>
          Thank you. Your order is <OrderNumber number={order?.number} />.
        </div>
      </div>
      <div className={styles.actions}>
        <ButtonLink kind="primary" to={`/orders/${checkout.orderId}`}>
          See the order
        </ButtonLink>
        <ButtonLink to="/">Keep looking around</ButtonLink>
      </div>
      {!isMember(user) && (
        <Notice tone="info">
          You bought this as a guest of this browser.{' '}
          <Link to={`/register?back=/orders/${checkout.orderId}`}>Register</Link> to find it from anywhere.
        </Notice>
      )}
      <div className={styles.progress}>
        <h2 className={styles.progressTitle}>
          {ms === undefined ? 'How it went' : `Five steps in ${formatDuration(ms)}`}
        </h2>
        <ProgressList checkout={checkout} small />
        <BehindIt checkoutId={checkout.id} />
      </div>
    </>
  );
};

const OrderNumber = ({ number }: { number: string | undefined }) =>
  number ? (
    <strong className={styles.number}>{number}</strong>
  ) : (
    <span style={{ display: 'inline-block' }}>
      <Skeleton width="10ch" />
    </span>
  );
