import type { Stock as StockLevel } from '@shop/sdk/api.ts';
import { shop } from '../../client/shop.ts';
import { Ago } from '../../ui/ago.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { FilterBar, FilterText, LiveMark, useFilters } from '../parts/filters.tsx';
import { RowLink } from '../parts/rows.tsx';
import { StockState } from '../parts/states.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { LIVE_MS, useList } from '../queries.ts';
import { Level } from './level.tsx';
import { stockPath } from './path.ts';

const columns: readonly Column<StockLevel>[] = [
  { head: 'SKU', cell: ({ sku }) => <RowLink to={stockPath(sku)}>{sku}</RowLink> },
  { head: 'State', tight: true, cell: (stock) => <StockState stock={stock} /> },
  { head: 'Level', from: 'wide', cell: (stock) => <Level stock={stock} /> },
  { head: 'On hand', figures: true, tight: true, from: 'small', cell: ({ onHand }) => onHand },
  { head: 'Reserved', figures: true, tight: true, from: 'medium', cell: ({ reserved }) => reserved },
  { head: 'Available', figures: true, tight: true, cell: ({ available }) => available },
  {
    head: 'Changed',
    figures: true,
    tight: true,
    from: 'medium',
    cell: ({ updatedAt }) => <Ago at={updatedAt} brief />,
  },
];

export default function Stock() {
  const filters = useFilters();
  const search = filters.get('search') || undefined;
  const list = useList({
    key: ['stock', search],
    page: (cursor, signal) => shop.inventory.list({ search, cursor, limit: 50 }, { signal }),
    everyMs: LIVE_MS * 2,
  });
  return (
    <>
      <ViewHead title="Stock">
        <p>What is there of each SKU, and what of it is promised to a checkout.</p>
      </ViewHead>
      <FilterBar>
        <FilterText
          label="Search"
          placeholder="SKU begins with …"
          value={filters.get('search')}
          onSettle={(value) => filters.set('search', value)}
        />
        <LiveMark isLive={list.isLive} />
      </FilterBar>
      <DataTable
        label="Stock"
        list={list}
        columns={columns}
        rowKey={({ sku }) => sku}
        empty={
          search ? (
            <Empty title={`No SKU begins with “${search}”`}>
              Capitals count: SKUs are as their products write them.
            </Empty>
          ) : (
            <Empty title="No stock yet" actions={<ButtonLink to="/console/products/new">New product</ButtonLink>}>
              Each variant of a product gets a row here as soon as the product is made.
            </Empty>
          )
        }
      />
    </>
  );
}
