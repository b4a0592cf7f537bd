import type { Order } from '@shop/sdk/api.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { shop } from '../../client/shop.ts';
import { Ago } from '../../ui/ago.tsx';
import { Money } from '../../ui/money.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { Facts } from '../parts/facts.tsx';
import { Failed } from '../parts/failed.tsx';
import { Id, shortId } from '../parts/id.tsx';
import { Panel } from '../parts/panel.tsx';
import { OrderState } from '../parts/states.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { CALM_MS, consoleKey } from '../queries.ts';
import { AdvanceButton } from './advance.tsx';
import { CancelOrder } from './cancel.tsx';
import styles from './order.module.css';

const parent = { to: '/console/orders', name: 'Orders' };

export default function OrderView() {
  const { id = '' } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: consoleKey('order', id),
    queryFn: ({ signal }) => shop.orders.get(id, { signal }),
    refetchInterval: CALM_MS,
  });
  return (
    <>
      <ViewHead
        title={data ? `Order ${data.number}` : 'Order'}
        parent={parent}
        aside={data && <OrderState status={data.status} />}
        actions={
          data && (
            <>
              {isOpen(data) && !data.cancelRequested && <CancelOrder order={data} />}
              <AdvanceButton order={data} primary />
            </>
          )
        }
      >
        {data && (
          <>
            <Ago at={data.createdAt} />
            <Link to={`/console/sagas/${data.checkoutId}`}>Saga {shortId(data.checkoutId)}</Link>
            <Id of="order" value={data.id} whole />
          </>
        )}
      </ViewHead>
      {data && <Shown order={data} />}
      {!data && error && <Failed error={error} what="order" parent={parent} retry={() => void refetch()} />}
      {!data && !error && (
        <>
          <Loading what="the order" />
          <Skeleton height="360px" />
        </>
      )}
    </>
  );
}

const isOpen = ({ status }: Order): boolean => status === 'created' || status === 'confirmed';

const Shown = ({ order }: { order: Order }) => (
  <>
    {order.cancelRequested && order.status !== 'cancelled' && (
      <div className={styles.notice}>
        <Notice tone="warning" title="A cancel was asked for">
          It begins as soon as the checkout has finished.
        </Notice>
      </div>
    )}
    <div className={styles.parts}>
      <Panel title="Lines" className={styles.lines} flush>
        <Lines order={order} />
      </Panel>
      <div className={styles.side}>
        <Panel title="History">
          <History order={order} />
        </Panel>
        <Panel title="Buyer">
          <Buyer order={order} />
        </Panel>
      </div>
    </div>
  </>
);

const Lines = ({ order }: { order: Order }) => (
  <table className={styles.table}>
    <thead>
      <tr>
        <th scope="col">Item</th>
        <th scope="col" className={styles.figures}>
          Units
        </th>
        <th scope="col" className={styles.figures}>
          Total
        </th>
      </tr>
    </thead>
    <tbody>
      {order.lines.map((line) => (
        <tr key={line.sku}>
          <th scope="row">
            <Link to={`/console/products/${line.productId}`}>{line.title}</Link>
            <span className={styles.sku}>{line.sku}</span>
          </th>
          <td className={styles.figures}>
            {line.quantity} × <Money value={line.unitPrice} />
          </td>
          <td className={styles.figures}>
            <Money value={line.total} />
            {line.discount.amount > 0 && (
              <span className={styles.sku}>
                <Money value={line.discount} minus />
              </span>
            )}
          </td>
        </tr>
      ))}
    </tbody>
    <tfoot>
      <tr>
        <th scope="row" colSpan={2}>
          Subtotal
        </th>
        <td className={styles.figures}>
          <Money value={order.subtotal} />
        </td>
      </tr>
      {order.vouchers.map(({ code, amount }) => (
        <tr key={code}>
          <th scope="row" colSpan={2}>
            <Link to={`/console/vouchers/${encodeURIComponent(code)}`}>{code}</Link>
          </th>
          <td className={styles.figures}>
            <Money value={amount} minus />
          </td>
        </tr>
      ))}
      <tr className={styles.total}>
        <th scope="row" colSpan={2}>
          Total
        </th>
        <td className={styles.figures}>
          <Money value={order.total} />
        </td>
      </tr>
    </tfoot>
  </table>
);

const byWords = (by: string): string => (by === 'checkout' ? 'the checkout' : `user ${shortId(by)}`);

const History = ({ order }: { order: Order }) => (
  <ol className={styles.history}>
    {order.history.toReversed().map(({ status, at, by, reason }) => (
      <li key={`${status} ${at}`}>
        <OrderState status={status} />
        <span className={styles.when}>
          <Ago at={at} /> by {byWords(by)}
        </span>
        {reason && <span className={styles.reason}>{reason}</span>}
      </li>
    ))}
  </ol>
);

/** From the door to the country; what a country has besides comes last. */
const addressOrder = ['line1', 'line2', 'street', 'city', 'region', 'state', 'postalCode', 'country'];

const addressOf = (address: Record<string, string>): string => {
  const rank = (name: string) => (addressOrder.includes(name) ? addressOrder.indexOf(name) : addressOrder.length);
  return Object.entries(address)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([, value]) => value)
    .filter(Boolean)
    .join(', ');
};

const Buyer = ({ order: { contact, shippingAddress, userId } }: { order: Order }) => (
  <Facts
    facts={[
      ['User', <Id key="user" of="user" value={userId} />],
      ['Name', contact?.name],
      ['Email', contact?.email],
      ['Address', shippingAddress && addressOf(shippingAddress)],
    ]}
  />
);
