import type { Order } from '@shop/sdk/api.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { mine } from '../../client/query.ts';
import { isMember, useUser } from '../../client/session.ts';
import { shop } from '../../client/shop.ts';
import { Ago } from '../../ui/ago.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Money } from '../../ui/money.tsx';
import { PageTitle } from '../../ui/page-title.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import styles from './orders.module.css';
import { orderWords } from './orders.ts';

const PAGE_SIZE = 20;

const useOrders = () => {
  const user = useUser();
  return useInfiniteQuery({
    queryKey: mine(user?.id, 'orders'),
    // An admin would get everybody's.
    queryFn: ({ pageParam, signal }) =>
      shop.orders.list({ limit: PAGE_SIZE, cursor: pageParam, userId: user?.id }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    enabled: user !== undefined,
  });
};

/** What one has bought, newest first. */
export default function OrdersPage() {
  const user = useUser();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useOrders();
  const orders = data?.pages.flatMap(({ items }) => items);
  const isEmpty = !user || orders?.length === 0;
  return (
    <div className={styles.orders}>
      <PageTitle title="Orders" />
      {isEmpty && <NoOrders isMember={isMember(user)} />}
      {!isEmpty && error && !orders && <ErrorState error={error} retry={() => refetch()} />}
      {!isEmpty && !orders && !error && <OrdersSkeleton />}
      {orders && orders.length > 0 && (
        <ul className={styles.list}>
          {orders.map((order) => (
            <OrderRow key={order.id} order={order} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button busy={isFetchingNextPage} onClick={() => fetchNextPage()}>
          Show older ones
        </Button>
      )}
    </div>
  );
}

const NoOrders = ({ isMember: signedIn }: { isMember: boolean }) => (
  <Empty
    title="Nothing ordered yet"
    actions={
      <>
        <ButtonLink kind="primary" to="/">
          To the catalogue
        </ButtonLink>
        {!signedIn && <ButtonLink to="/sign-in?back=/orders">Sign in to see earlier ones</ButtonLink>}
      </>
    }
  >
    What you buy is listed here, with what has become of it.
  </Empty>
);

const OrderRow = ({ order }: { order: Order }) => {
  const { text, tone } = orderWords(order);
  return (
    <li className={styles.row}>
      <div className={styles.rowHead}>
        <Link to={`/orders/${order.id}`} className={styles.rowLink}>
          {order.number}
        </Link>
        <Badge tone={tone}>{text}</Badge>
      </div>
      <p className={styles.contents}>
        {order.lines.map(({ title, quantity }) => (quantity > 1 ? `${quantity} × ${title}` : title)).join(', ')}
      </p>
      <p className={styles.when}>
        <Ago at={order.createdAt} />
      </p>
      <p className={styles.total}>
        <Money value={order.total} />
      </p>
    </li>
  );
};

const OrdersSkeleton = () => (
  <div className={styles.list}>
    <Loading what="your orders" />
    {[1, 2, 3].map((row) => (
      <div key={row} className={styles.row}>
        <div className={styles.rowHead}>
          <Skeleton width="120px" height="22px" />
          <Skeleton width="80px" height="22px" round />
        </div>
        <div className={styles.contents}>
          <Skeleton width="60%" height="1.5em" />
        </div>
        <div className={styles.when}>
          <Skeleton width="90px" height="1.5em" />
        </div>
        <div className={styles.total}>
          <Skeleton width="60px" height="1.5em" />
        </div>
      </div>
    ))}
  </div>
);
