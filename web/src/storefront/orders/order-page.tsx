import type { Order } from '@shop/sdk/api.ts';
import { ShopError } from '@shop/sdk/errors.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { mine } from '../../client/query.ts';
import { useUser } from '../../client/session.ts';
import { shop } from '../../client/shop.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { PageTitle } from '../../ui/page-title.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { toast } from '../../ui/toasts.tsx';
import { sentenceOf } from '../cart/edits.ts';
import { ProgressList } from '../checkout/progress-list.tsx';
import { OrderHistory } from './order-history.tsx';
import { OrderLines } from './order-lines.tsx';
import styles from './orders.module.css';
import { isCancellable, orderQuery, orderWords } from './orders.ts';

/** While something is still to happen by itself. */
const SOON_MS = 1_500;
const isMoving = (order: Order | undefined): boolean =>
  order !== undefined &&
  (order.status === 'created' || (order.cancelRequested === true && order.status !== 'cancelled'));

/** One order: what, for how much, what has become of it; and, until it is shipped, the way to call it back. */
export default function OrderPage() {
  const { id = '' } = useParams();
  const user = useUser();
  const {
    data: order,
    error,
    refetch,
  } = useQuery({
    ...orderQuery(user?.id, id),
    refetchInterval: ({ state }) => (isMoving(state.data) ? SOON_MS : false),
  });
  const isMissing = !user || (error instanceof ShopError && (error.status === 404 || error.status === 400));
  if (order) return <OrderView order={order} />;
  if (isMissing) return <NoOrder back={`/orders/${id}`} />;
  if (error) return <ErrorState error={error} retry={() => refetch()} level={1} />;
  return <OrderSkeleton />;
}

const NoOrder = ({ back }: { back: string }) => (
  <Empty
    level={1}
    title="There is no such order"
    actions={
      <>
        <ButtonLink kind="primary" to="/orders">
          Your orders
        </ButtonLink>
        <ButtonLink to={`/sign-in?back=${encodeURIComponent(back)}`}>Sign in with another account</ButtonLink>
      </>
    }
  >
    <title>No such order · Saga Supply</title>
    It may belong to another account, or to a guest of another browser.
  </Empty>
);

const OrderView = ({ order }: { order: Order }) => {
  const { text, tone } = orderWords(order);
  return (
    <div className={styles.order}>
      <p className={styles.back}>
        <Link to="/orders">All orders</Link>
      </p>
      <div className={styles.head}>
        <PageTitle title={`Order ${order.number}`} />
        <Badge tone={tone}>{text}</Badge>
      </div>
      <div className={styles.columns}>
        <OrderLines order={order} />
        <div className={styles.side}>
          <OrderHistory order={order} />
          <Steps order={order} />
          <Cancel order={order} />
        </div>
      </div>
    </div>
  );
};

/** How it came about: the steps of its checkout, as long as the shop keeps them. */
const Steps = ({ order: { userId, checkoutId } }: { order: Order }) => {
  const { data: checkout } = useQuery({
    queryKey: mine(userId, 'checkout', checkoutId),
    queryFn: ({ signal }) => shop.checkouts.get(checkoutId, { signal }),
    staleTime: 60_000,
    retry: false,
  });
  if (!checkout || checkout.steps.length === 0) return null;
  return (
    <section aria-labelledby="steps" className={styles.panel}>
      <h2 id="steps" className={styles.panelTitle}>
        How it was made
      </h2>
      <ProgressList checkout={checkout} small />
    </section>
  );
};

const Cancel = ({ order }: { order: Order }) => {
  const client = useQueryClient();
  const key = orderQuery(order.userId, order.id).queryKey;
  const { mutate, isPending } = useMutation({
    mutationFn: () => shop.orders.cancel(order.id),
    onSuccess: (cancelled) => {
      client.setQueryData(key, cancelled);
      toast(`Order ${order.number} is cancelled. What it held goes back on the shelf.`);
      client.invalidateQueries({ queryKey: mine(order.userId, 'orders') });
      client.invalidateQueries({ queryKey: ['stock'] });
    },
    onError: (error) => {
      const isTooLate = error instanceof ShopError && error.code === 'NOT_CANCELLABLE';
      toast(isTooLate ? 'It is too late: the order is on its way.' : sentenceOf(error), { tone: 'danger' });
      client.invalidateQueries({ queryKey: key });
    },
  });
  if (!isCancellable(order)) return null;
  return (
    <div className={styles.cancel}>
      <Button kind="danger" busy={isPending} onClick={() => mutate()}>
        Cancel order
      </Button>
      <p>Free until it is shipped. What it holds goes back to the others, and so do its vouchers to you.</p>
    </div>
  );
};

const OrderSkeleton = () => (
  <div className={styles.order}>
    <Loading what="the order" />
    <Skeleton width="80px" height="1.5em" />
    <Skeleton width="280px" height="38px" />
    <div className={styles.columns}>
      <Skeleton height="320px" />
      <Skeleton height="320px" />
    </div>
  </div>
);
