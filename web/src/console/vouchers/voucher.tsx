import type { Redemption } from '@shop/sdk/api.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { shop } from '../../client/shop.ts';
import { Ago } from '../../ui/ago.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Money } from '../../ui/money.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Failed } from '../parts/failed.tsx';
import { shortId } from '../parts/id.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { consoleKey, LIVE_MS, useCurrency, useList } from '../queries.ts';
import { dealWords, scopeWords } from './deal.ts';
import { Usage, VoucherStateBadge } from './state.tsx';
import { StopVoucher } from './stop.tsx';
import styles from './voucher.module.css';
import { VoucherForm } from './voucher-form.tsx';

const parent = { to: '/console/vouchers', name: 'Vouchers' };

/** A voucher to be edited, or, without a code, one to be made. */
export default function VoucherView() {
  const { code } = useParams();
  return code === undefined ? <New /> : <Existing key={code} code={code} />;
}

const New = () => {
  const currency = useCurrency();
  return (
    <>
      <ViewHead title="New voucher" parent={parent}>
        <p>See what it does to a cart before anybody uses it.</p>
      </ViewHead>
      <VoucherForm currency={currency} />
    </>
  );
};

const Existing = ({ code }: { code: string }) => {
  const currency = useCurrency();
  const { data, error, refetch } = useQuery({
    queryKey: consoleKey('voucher', code),
    queryFn: ({ signal }) => shop.vouchers.get(code, { signal }),
    refetchInterval: LIVE_MS * 2,
  });
  return (
    <>
      <ViewHead
        title={code}
        parent={parent}
        aside={data && <VoucherStateBadge voucher={data} />}
        actions={data?.active && <StopVoucher voucher={data} />}
      >
        {data && (
          <>
            <span>
              {dealWords(data)} on {scopeWords(data)}
            </span>
            <span className={styles.used}>
              used <Usage voucher={data} />
            </span>
          </>
        )}
      </ViewHead>
      {data && (
        <>
          <VoucherForm voucher={data} currency={currency} />
          <Redemptions code={data.code} />
        </>
      )}
      {!data && error && <Failed error={error} what="voucher" parent={parent} retry={() => void refetch()} />}
      {!data && !error && (
        <>
          <Loading what="the voucher" />
          <Skeleton height="480px" />
        </>
      )}
    </>
  );
};

const columns: readonly Column<Redemption>[] = [
  {
    head: 'Order',
    cell: ({ orderId }) => (
      <Link to={`/console/orders/${orderId}`}>
        <code>{shortId(orderId)}</code>
      </Link>
    ),
  },
  { head: 'User', from: 'medium', cell: ({ userId }) => <code title={userId}>{shortId(userId)}</code> },
  {
    head: 'State',
    tight: true,
    cell: ({ releasedAt }) => (releasedAt ? <Badge>Given back</Badge> : <Badge tone="success">Used</Badge>),
  },
  { head: 'Saved', figures: true, tight: true, cell: ({ amount }) => <Money value={amount} /> },
  { head: 'When', figures: true, tight: true, cell: ({ redeemedAt }) => <Ago at={redeemedAt} brief /> },
];

const Redemptions = ({ code }: { code: string }) => {
  const list = useList({
    key: ['redemptions', code],
    page: (cursor, signal) => shop.vouchers.redemptions(code, { cursor, limit: 20 }, { signal }),
    everyMs: LIVE_MS * 2,
  });
  return (
    <section aria-labelledby="redemptions" className={styles.redemptions}>
      <h2 id="redemptions" className={styles.title}>
        Redemptions
      </h2>
      <DataTable
        label="Redemptions"
        list={list}
        columns={columns}
        rowKey={({ id }) => id}
        empty={<Empty title="Nobody has used it yet">Each order that it makes cheaper is listed here.</Empty>}
      />
    </section>
  );
};
