import { type ReactNode, useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import type { List } from '../queries.ts';
import styles from './data-table.module.css';
import { RowContext, useRoving } from './rows.tsx';

export interface Column<Item> {
  head: string;
  cell: (item: Item) => ReactNode;
  /** Figures stand at the end of the line, under each other. */
  figures?: boolean;
  /** The narrowest view that has room for it; every view unless given. */
  from?: 'small' | 'medium' | 'wide';
  /** As narrow as what is in it. */
  tight?: boolean;
}

interface DataTableProps<Item> {
  /** Its name; "Sagas". */
  label: string;
  list: List<Item>;
  columns: readonly Column<Item>[];
  rowKey: (item: Item) => string;
  /** What stands here while there is nothing, and what would fill it. */
  empty: ReactNode;
  /** Below the row of an item while it is open. */
  detail?: (item: Item) => ReactNode;
  isOpen?: (key: string) => boolean;
}

const SKELETON_ROWS = 8;

const classOf = <Item,>({ figures, from, tight }: Column<Item>): string =>
  [figures && styles.figures, from && styles[from], tight && styles.tight].filter(Boolean).join(' ');

/**
 * A list as a table: its head stays in sight, arrows move from row to row, Enter opens one (`RowLink`, `RowButton`), a
 * row that has come while one looked is shown to be new.
 */
export const DataTable = <Item,>(props: DataTableProps<Item>) => {
  const { label, list, columns, empty } = props;
  if (list.error && list.items.length === 0) return <ErrorState error={list.error} retry={list.retry} />;
  if (!list.isLoading && list.items.length === 0) return <>{empty}</>;
  return (
    <>
      {list.error && (
        <Notice
          tone="warning"
          title="This is no longer up to date"
          actions={<Button onClick={list.retry}>Try again</Button>}
        >
          What is shown was so a moment ago; the last question was not answered.
        </Notice>
      )}
      <table className={styles.table} aria-label={label} aria-busy={list.isLoading || list.isStale}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head} scope="col" className={classOf(column)}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        {list.isLoading ? <SkeletonRows columns={columns} /> : <Rows {...props} />}
      </table>
      {list.isLoading && <Loading what={label.toLowerCase()} />}
      {list.hasMore && (
        <div className={styles.more}>
          <Button onClick={list.more} busy={list.isLoadingMore}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
};

/** The keys that were there when the table came; later ones are new. */
const useNews = (keys: readonly string[], isStale: boolean): ((key: string) => boolean) => {
  const known = useRef<Set<string>>(undefined);
  if (!known.current || isStale) known.current = new Set(keys);
  const seen = known.current;
  return (key) => !seen.has(key);
};

const Rows = <Item,>({ label, list, columns, rowKey, detail, isOpen }: DataTableProps<Item>) => {
  const keys = list.items.map(rowKey);
  const roving = useRoving(label, keys);
  const isNew = useNews(keys, list.isStale);
  return (
    <tbody onKeyDown={roving.onKeyDown} className={list.isStale ? styles.stale : undefined}>
      {list.items.map((item, index) => {
        const key = keys[index] ?? '';
        const open = detail !== undefined && isOpen?.(key) === true;
        return (
          <RowContext key={key} value={{ tabIndex: key === roving.current ? 0 : -1, enter: () => roving.enter(key) }}>
            <tr className={isNew(key) ? styles.fresh : undefined}>
              {columns.map((column) => (
                <td key={column.head} className={classOf(column)}>
                  {column.cell(item)}
                </td>
              ))}
            </tr>
            {open && (
              <tr className={styles.detail}>
                <td colSpan={columns.length}>{detail(item)}</td>
              </tr>
            )}
          </RowContext>
        );
      })}
    </tbody>
  );
};

const SkeletonRows = <Item,>({ columns }: { columns: readonly Column<Item>[] }) => (
  <tbody aria-hidden="true">
    {Array.from({ length: SKELETON_ROWS }, (_, row) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same.
      <tr key={row}>
        {columns.map((column, index) => (
          <td key={column.head} className={classOf(column)}>
            <Skeleton width={`${55 + ((row * 7 + index * 13) % 40)}%`} />
          </td>
        ))}
      </tr>
    ))}
  </tbody>
);

/** Which rows of a table stand open. */
export const useOpenRows = () => {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  return {
    isOpen: (key: string) => open.has(key),
    toggle: (key: string) =>
      setOpen((before) => {
        const next = new Set(before);
        if (!next.delete(key)) next.add(key);
        return next;
      }),
  };
};
