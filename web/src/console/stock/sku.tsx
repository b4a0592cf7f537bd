import type { Movement, Stock } from '@shop/sdk/api.ts';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { shop } from '../../client/shop.ts';
import { Ago } from '../../ui/ago.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Failed } from '../parts/failed.tsx';
import { Figure } from '../parts/figure.tsx';
import { CopyId, shortId } from '../parts/id.tsx';
import { Panel } from '../parts/panel.tsx';
import { StockState } from '../parts/states.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { consoleKey, LIVE_MS, useList } from '../queries.ts';
import { Adjust } from './adjust.tsx';
import { Level } from './level.tsx';
import styles from './sku.module.css';

const parent = { to: '/console/stock', name: 'Stock' };

/** One SKU: its levels, what changes them, and the ledger that says how they came about. */
export default function SkuView() {
  const { sku = '' } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: consoleKey('sku', sku),
    queryFn: ({ signal }) => shop.inventory.get(sku, { signal }),
    refetchInterval: LIVE_MS,
  });
  return (
    <>
      <ViewHead title={sku} parent={parent} aside={data && <StockState stock={data} />}>
        {data && (
          <>
            <Link to={`/console/products/${data.productId}`}>Its product</Link>
            <span>
              changed <Ago at={data.updatedAt} />
            </span>
            <CopyId of="SKU" value={sku} />
          </>
        )}
      </ViewHead>
      {!data && error ? (
        <Failed error={error} what="SKU" parent={parent} retry={() => void refetch()} />
      ) : (
        <div className={styles.parts}>
          <div className={styles.side}>
            <Panel title="Levels">{data ? <Levels stock={data} /> : <Skeleton height="76px" />}</Panel>
            <Panel title="Adjust">
              <Adjust sku={sku} isRetired={data?.status === 'retired'} />
            </Panel>
          </div>
          <Ledger sku={sku} />
        </div>
      )}
      {!data && !error && <Loading what="the stock" />}
    </>
  );
}

const Levels = ({ stock }: { stock: Stock }) => (
  <>
    <dl className={styles.figures}>
      <Figure name="on hand" value={stock.onHand} large />
      <Figure name="reserved" value={stock.reserved} large />
      <Figure name="available" value={stock.available} large />
    </dl>
    <Level stock={stock} />
  </>
);

const kinds: Record<Movement['kind'], string> = {
  initial: 'First stock',
  receipt: 'Receipt',
  correction: 'Correction',
  damage: 'Damage',
  return: 'Return',
  reserve: 'Reserved',
  release: 'Released',
  commit: 'Sold',
  restock: 'Restocked',
};

const signed = (number: number): string => (number > 0 ? `+${number}` : number < 0 ? `−${-number}` : '');

const Why = ({ sagaId, orderId, note, by }: Movement) => (
  <span className={styles.why}>
    {note && <span>{note}</span>}
    {sagaId && <Link to={`/console/sagas/${sagaId}`}>saga {shortId(sagaId)}</Link>}
    {!sagaId && orderId && <Link to={`/console/orders/${orderId}`}>order {shortId(orderId)}</Link>}
    {!sagaId && !orderId && /^[0-9a-f-]{36}$/.test(by) && <span title={by}>by user {shortId(by)}</span>}
  </span>
);

const columns: readonly Column<Movement>[] = [
  { head: 'What', cell: ({ kind }) => <span className={styles.kind}>{kinds[kind]}</span> },
  { head: 'On hand', figures: true, tight: true, cell: ({ deltaOnHand }) => signed(deltaOnHand) },
  { head: 'Reserved', figures: true, tight: true, cell: ({ deltaReserved }) => signed(deltaReserved) },
  { head: 'Why', from: 'medium', cell: (movement) => <Why {...movement} /> },
  { head: 'When', figures: true, tight: true, cell: ({ at }) => <Ago at={at} brief /> },
];

const Ledger = ({ sku }: { sku: string }) => {
  const list = useList({
    key: ['ledger', sku],
    page: (cursor, signal) => shop.inventory.movements(sku, { cursor, limit: 50 }, { signal }),
    everyMs: LIVE_MS,
  });
  return (
    <section aria-labelledby="ledger" className={styles.ledger}>
      <h2 id="ledger" className={styles.title}>
        Ledger
      </h2>
      <DataTable
        label="Ledger"
        list={list}
        columns={columns}
        rowKey={({ id }) => String(id)}
        empty={<Empty title="Nothing has moved">Sales and adjustments are written here, and never changed.</Empty>}
      />
    </section>
  );
};
