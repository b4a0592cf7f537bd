import type { Product } from '@shop/sdk/api.ts';
import { pageWithItems } from '@shop/sdk/pages.ts';
import { useQuery } from '@tanstack/react-query';
import { formatMoney } from '../../client/money.ts';
import { shop } from '../../client/shop.ts';
import { Ago } from '../../ui/ago.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Select } from '../../ui/field.tsx';
import { Picture } from '../../ui/picture.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Choices, FilterBar, FilterText, oneOf, useFilters } from '../parts/filters.tsx';
import { RowLink } from '../parts/rows.tsx';
import { ProductState } from '../parts/states.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { CALM_MS, consoleKey, useList } from '../queries.ts';
import styles from './products.module.css';

const statuses = ['active', 'draft', 'archived'] as const;
const choices = [
  { value: '', word: 'All' },
  { value: 'active', word: 'Active' },
  { value: 'draft', word: 'Draft' },
  { value: 'archived', word: 'Archived' },
];

const priceOf = ({ variants }: Product): string => {
  const prices = variants.map(({ price }) => price).sort((a, b) => a.amount - b.amount);
  const [lowest, highest] = [prices[0], prices.at(-1)];
  if (!lowest || !highest) return '–';
  return lowest.amount === highest.amount ? formatMoney(lowest) : `from ${formatMoney(lowest)}`;
};

const pictureOf = ({ images, variants }: Product): string | undefined =>
  images[0]?.url ?? variants.find(({ imageUrl }) => imageUrl)?.imageUrl;

const columns: readonly Column<Product>[] = [
  {
    head: 'Product',
    cell: (product) => (
      <span className={styles.product}>
        <span className={styles.picture}>
          <Picture url={pictureOf(product)} alt="" />
        </span>
        <span className={styles.title}>
          <RowLink to={`/console/products/${product.id}`}>{product.title}</RowLink>
        </span>
      </span>
    ),
  },
  { head: 'State', tight: true, from: 'small', cell: ({ status }) => <ProductState status={status} /> },
  { head: 'Category', from: 'wide', cell: ({ category }) => category || '–' },
  { head: 'Brand', from: 'wide', cell: ({ brand }) => brand || '–' },
  { head: 'Variants', figures: true, tight: true, from: 'medium', cell: ({ variants }) => variants.length },
  { head: 'Price', figures: true, tight: true, cell: priceOf },
  {
    head: 'Changed',
    figures: true,
    tight: true,
    from: 'medium',
    cell: ({ updatedAt }) => <Ago at={updatedAt} brief />,
  },
];

const useCategories = (): string[] => {
  const { data } = useQuery({
    queryKey: consoleKey('facets'),
    queryFn: ({ signal }) => shop.products.facets({ signal }),
  });
  return data?.categories.map(({ name }) => name) ?? [];
};

export default function Products() {
  const filters = useFilters();
  const search = filters.get('search') || undefined;
  const category = filters.get('category') || undefined;
  const status = oneOf(filters.get('status'), statuses);
  const categories = useCategories();
  const list = useList({
    key: ['products', search, category, status],
    page: (from, signal) =>
      pageWithItems(
        (cursor) =>
          shop.products.list(
            { search, category, status, cursor, limit: 50, sort: search ? 'relevance' : '-createdAt' },
            { signal },
          ),
        from,
      ),
    everyMs: CALM_MS,
  });
  const isFiltered = search !== undefined || category !== undefined || status !== undefined;
  return (
    <>
      <ViewHead
        title="Products"
        actions={
          <>
            <ButtonLink to="/console/products/import">Import CSV</ButtonLink>
            <ButtonLink kind="primary" to="/console/products/new">
              New product
            </ButtonLink>
          </>
        }
      >
        <p>What the shop sells, drafts too; the newest first.</p>
      </ViewHead>
      <FilterBar>
        <FilterText
          label="Search"
          placeholder="Title, brand, tag or SKU"
          value={filters.get('search')}
          onSettle={(value) => filters.set('search', value)}
        />
        <div className={styles.category}>
          <Select
            label="Category"
            hideLabel
            value={category ?? ''}
            onChange={(event) => filters.set('category', event.target.value)}
          >
            <option value="">All categories</option>
            {[...new Set([...categories, ...(category ? [category] : [])])].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Select>
        </div>
        <Choices
          label="Status"
          value={status ?? ''}
          choices={choices}
          onChoose={(value) => filters.set('status', value)}
        />
      </FilterBar>
      <DataTable
        label="Products"
        list={list}
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          list.hasMore ? (
            <Empty
              title="No product is like this so far"
              actions={
                <Button onClick={list.more} busy={list.isLoadingMore}>
                  Look further
                </Button>
              }
            >
              Few can be: a part of the catalogue was looked at, and there is more.
            </Empty>
          ) : isFiltered ? (
            <Empty title="No product is like this">
              Every word must begin one of the title, the brand, a tag or a SKU.
            </Empty>
          ) : (
            <Empty
              title="No product yet"
              actions={
                <>
                  <ButtonLink to="/console/products/import">Import CSV</ButtonLink>
                  <ButtonLink kind="primary" to="/console/products/new">
                    New product
                  </ButtonLink>
                </>
              }
            >
              Make one, or bring a catalogue along as CSV.
            </Empty>
          )
        }
      />
    </>
  );
}
