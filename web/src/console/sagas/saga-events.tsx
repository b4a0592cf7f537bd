import type { Checkout } from '@shop/sdk/api.ts';
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { formatDuration, formatExact } from '../../client/time.ts';
import { Empty } from '../../ui/empty.tsx';
import { type JournalEvent, listenersOf } from '../journal.ts';
import { type Column, DataTable, useOpenRows } from '../parts/data-table.tsx';
import { Json } from '../parts/json.tsx';
import { RowButton } from '../parts/rows.tsx';
import type { List } from '../queries.ts';
import styles from './saga-events.module.css';

interface SagaEventsProps {
  saga: Checkout;
  query: UseQueryResult<JournalEvent[]>;
  /** The one that was picked on the timeline. */
  chosen: string | undefined;
}

const listOf = ({ data, error, isPending, refetch }: UseQueryResult<JournalEvent[]>): List<JournalEvent> => ({
  items: data ?? [],
  isLoading: isPending,
  isStale: false,
  error,
  isLive: false,
  hasMore: false,
  isLoadingMore: false,
  more: () => {},
  retry: () => void refetch(),
});

const afterStart = ({ time }: JournalEvent, { createdAt }: Checkout): string => {
  const ms = Date.parse(time) - Date.parse(createdAt);
  return `+${formatDuration(Math.max(0, ms))}`;
};

/** What was said about a saga, in order, with who said it and who heard it; the payload on a click. */
export const SagaEvents = ({ saga, query, chosen }: SagaEventsProps) => {
  const rows = useOpenRows();
  const place = useRef<HTMLDivElement>(null);
  const { isOpen, toggle } = rows;

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new choice opens a row.
  useEffect(() => {
    if (!chosen) return;
    if (!isOpen(chosen)) toggle(chosen);
    place.current?.querySelector(`[data-event="${chosen}"]`)?.scrollIntoView({ block: 'center', behavior: 'smooth' });
  }, [chosen]);

  const columns: readonly Column<JournalEvent>[] = [
    {
      head: 'Event',
      cell: (event) => (
        <span data-event={event.id}>
          <RowButton open={isOpen(event.id)} toggle={() => toggle(event.id)}>
            {event.type}
          </RowButton>
        </span>
      ),
    },
    { head: 'Published by', from: 'medium', cell: ({ topic }) => topic },
    {
      head: 'Heard by',
      from: 'medium',
      cell: ({ type }) => {
        const heard = listenersOf(type);
        return heard.length > 0 ? (
          heard.join(', ')
        ) : (
          <span className={styles.nobody}>nobody: a fact for the record</span>
        );
      },
    },
    {
      head: 'After',
      figures: true,
      tight: true,
      cell: (event) => <span title={formatExact(new Date(event.time))}>{afterStart(event, saga)}</span>,
    },
  ];

  return (
    <div ref={place} className={styles.events}>
      <DataTable
        label="Events of this saga"
        list={listOf(query)}
        columns={columns}
        rowKey={({ id }) => id}
        isOpen={isOpen}
        detail={(event) => <Json value={event} label={`Payload of ${event.type}`} />}
        empty={
          <Empty title="Nothing was published">
            Events of the last seven days are kept. One that has only just begun has said nothing yet.
          </Empty>
        }
      />
    </div>
  );
};
