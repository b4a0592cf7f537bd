import type { Order } from '@shop/sdk/api.ts';
import { shop } from '../../client/shop.ts';
import { Ago } from '../../ui/ago.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Money } from '../../ui/money.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Choices, FilterBar, FilterText, LiveMark, oneOf, useFilters } from '../parts/filters.tsx';
import { shortId } from '../parts/id.tsx';
import { RowLink } from '../parts/rows.tsx';
import { OrderState, orderStates } from '../parts/states.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { LIVE_MS, useList } from '../queries.ts';
import { AdvanceButton } from './advance.tsx';
import styles from './orders.module.css';

type Status = Order['status'];
const statuses: readonly Status[] = ['created', 'confirmed', 'shipped', 'delivered', 'cancelled'];
const choices = [
  { value: '', word: 'All' },
  ...statuses.map((status) => ({ value: status, word: orderStates[status].word })),
];

const itemsOf = ({ lines }: Order): string => {
  const [first] = lines;
  if (!first) return '';
  const more = lines.length - 1;
  return `${first.quantity} × ${first.title}${more > 0 ? ` and ${more} more` : ''}`;
};

const columns: readonly Column<Order>[] = [
  { head: 'Order', tight: true, cell: ({ id, number }) => <RowLink to={`/console/orders/${id}`}>{number}</RowLink> },
  {
    head: 'Status',
    tight: true,
    cell: ({ status, cancelRequested }) => (
      <>
        <OrderState status={status} />
        {cancelRequested && status !== 'cancelled' && <span className={styles.wish}>cancel asked for</span>}
      </>
    ),
  },
  { head: 'Items', from: 'medium', cell: (order) => <span className={styles.items}>{itemsOf(order)}</span> },
  {
    head: 'Buyer',
    from: 'wide',
    cell: ({ contact, userId }) => contact?.email ?? <code title={userId}>{shortId(userId)}</code>,
  },
  { head: 'Total', figures: true, tight: true, cell: ({ total }) => <Money value={total} /> },
  { head: 'Placed', figures: true, tight: true, from: 'medium', cell: ({ createdAt }) => <Ago at={createdAt} brief /> },
  { head: 'Next', tight: true, from: 'medium', cell: (order) => <AdvanceButton order={order} /> },
];

/** An order's number; anything else that is typed finds nothing. */
const numberIn = (text: string): string | undefined => text.replace(/^#/, '') || undefined;

export default function Orders() {
  const filters = useFilters();
  const status = oneOf(filters.get('status'), statuses);
  const number = numberIn(filters.get('number'));
  const isNumber = number === undefined || /^[0-9]{1,12}$/.test(number);
  const list = useList({
    key: ['orders', status, number],
    page: async (cursor, signal) =>
      isNumber ? shop.orders.list({ status, number, cursor, limit: 50 }, { signal }) : { items: [], nextCursor: null },
    everyMs: LIVE_MS * 2,
  });
  return (
    <>
      <ViewHead title="Orders">
        <p>What was bought, newest first.</p>
      </ViewHead>
      <FilterBar>
        <Choices
          label="Status"
          value={status ?? ''}
          choices={choices}
          onChoose={(value) => filters.set('status', value)}
        />
        <FilterText
          label="Order number"
          value={filters.get('number')}
          onSettle={(value) => filters.set('number', value)}
        />
        <LiveMark isLive={list.isLive} />
      </FilterBar>
      <DataTable
        label="Orders"
        list={list}
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          status || number ? (
            <Empty title="No order is like this">
              {isNumber ? 'Another status or number may find one.' : 'An order number is made of digits.'}
            </Empty>
          ) : (
            <Empty title="No order yet" actions={<ButtonLink to="/console/lab">Start a race</ButtonLink>}>
              The first checkout that completes shows up here.
            </Empty>
          )
        }
      />
    </>
  );
}
