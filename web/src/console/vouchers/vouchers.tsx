import type { Voucher } from '@shop/sdk/api.ts';
import { shop } from '../../client/shop.ts';
import { formatExact } from '../../client/time.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Choices, FilterBar, FilterText, oneOf, useFilters } from '../parts/filters.tsx';
import { RowLink } from '../parts/rows.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { LIVE_MS, useList } from '../queries.ts';
import { dealWords, scopeWords, stateOf, type VoucherState } from './deal.ts';
import { Usage, VoucherStateBadge } from './state.tsx';

const voucherPath = (code: string): string => `/console/vouchers/${encodeURIComponent(code)}`;

const columns: readonly Column<Voucher>[] = [
  { head: 'Code', cell: ({ code }) => <RowLink to={voucherPath(code)}>{code}</RowLink> },
  { head: 'State', tight: true, cell: (voucher) => <VoucherStateBadge voucher={voucher} /> },
  { head: 'Deal', cell: dealWords },
  { head: 'On', from: 'medium', cell: scopeWords },
  { head: 'Used', tight: true, from: 'medium', cell: (voucher) => <Usage voucher={voucher} /> },
  {
    head: 'Ends',
    tight: true,
    figures: true,
    from: 'wide',
    cell: ({ endsAt }) => (endsAt ? formatExact(new Date(endsAt)) : '–'),
  },
  { head: 'With others', tight: true, from: 'wide', cell: ({ combinable }) => (combinable ? 'yes' : 'alone') },
];

const states: readonly VoucherState[] = ['running', 'stopped', 'used up', 'ended', 'to come'];
const choices = [
  { value: '', word: 'All' },
  { value: 'running', word: 'Running' },
  { value: 'used up', word: 'Used up' },
  { value: 'stopped', word: 'Stopped' },
  { value: 'ended', word: 'Ended' },
];

/** The shop lists vouchers by code; what is typed and chosen here picks among those that have come. */
export default function Vouchers() {
  const filters = useFilters();
  const code = filters.get('code').toUpperCase();
  const state = oneOf(filters.get('state'), states);
  const list = useList({
    key: ['vouchers'],
    page: (cursor, signal) => shop.vouchers.list({ cursor, limit: 100 }, { signal }),
    everyMs: LIVE_MS * 2,
  });
  const now = Date.now();
  const items = list.items.filter(
    (voucher) => voucher.code.includes(code) && (state === undefined || stateOf(voucher, now) === state),
  );
  return (
    <>
      <ViewHead
        title="Vouchers"
        actions={
          <ButtonLink kind="primary" to="/console/vouchers/new">
            New voucher
          </ButtonLink>
        }
      >
        <p>What makes a cart cheaper, and how often it has.</p>
      </ViewHead>
      <FilterBar>
        <FilterText label="Code" value={filters.get('code')} onSettle={(value) => filters.set('code', value)} />
        <Choices
          label="State"
          value={state ?? ''}
          choices={choices}
          onChoose={(value) => filters.set('state', value)}
        />
      </FilterBar>
      <DataTable
        label="Vouchers"
        list={{ ...list, items }}
        columns={columns}
        rowKey={({ code }) => code}
        empty={
          list.items.length > 0 ? (
            <Empty title="No voucher is like this">
              {list.hasMore
                ? 'There are more than these: a longer list may have it.'
                : 'Another code or state may find one.'}
            </Empty>
          ) : (
            <Empty
              title="No voucher yet"
              actions={
                <ButtonLink kind="primary" to="/console/vouchers/new">
                  New voucher
                </ButtonLink>
              }
            >
              Make one, and see what it does to a cart before anybody uses it.
            </Empty>
          )
        }
      />
    </>
  );
}
