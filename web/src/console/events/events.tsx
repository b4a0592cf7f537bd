import { topics } from '@shop/contracts/events.ts';
import { useState } from 'react';
import { shop } from '../../client/shop.ts';
import { Ago } from '../../ui/ago.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Select } from '../../ui/field.tsx';
import { eventTypes, type JournalEvent, listenersOf } from '../journal.ts';
import { type Column, DataTable, useOpenRows } from '../parts/data-table.tsx';
import { Choices, FilterBar, FilterText, LiveMark, oneOf, useFilters } from '../parts/filters.tsx';
import { CopyId } from '../parts/id.tsx';
import { Json } from '../parts/json.tsx';
import { RowButton } from '../parts/rows.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { useList } from '../queries.ts';
import styles from './events.module.css';
import { SagaLink, sagaIdOf } from './saga-link.tsx';

const TAIL_MS = 1_500;

const topicChoices = [{ value: '', word: 'All' }, ...topics.map((topic) => ({ value: topic, word: topic }))];

/** What the services have told each other, as it is told. */
export default function Events() {
  const filters = useFilters();
  const [isPaused, setPaused] = useState(false);
  const topic = oneOf(filters.get('topic'), topics);
  const type = oneOf(filters.get('type'), eventTypes);
  const key = filters.get('key') || undefined;
  const list = useList({
    key: ['events', topic, type, key],
    page: (cursor, signal) => shop.operations.events({ topic, type, key, cursor, limit: 50 }, { signal }),
    everyMs: isPaused ? undefined : TAIL_MS,
  });
  const { isOpen, toggle } = useOpenRows();
  return (
    <>
      <ViewHead
        title="Events"
        actions={
          <Button aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
            {isPaused ? 'Go on' : 'Pause'}
          </Button>
        }
      >
        <p>What the services told each other in the last seven days, newest first.</p>
      </ViewHead>
      <FilterBar>
        <Choices
          label="Topic"
          value={topic ?? ''}
          choices={topicChoices}
          onChoose={(value) => filters.set('topic', value)}
        />
        <div className={styles.type}>
          <Select
            label="Type"
            hideLabel
            value={type ?? ''}
            onChange={(event) => filters.set('type', event.target.value)}
          >
            <option value="">All types</option>
            {eventTypes
              .filter((one) => topic === undefined || one.startsWith(`${topic}.`))
              .map((one) => (
                <option key={one}>{one}</option>
              ))}
          </Select>
        </div>
        <FilterText
          label="Key"
          placeholder="Key: an order, a product, a SKU …"
          value={filters.get('key')}
          onSettle={(value) => filters.set('key', value)}
        />
        {!isPaused && <LiveMark isLive={list.isLive} />}
      </FilterBar>
      <DataTable
        label="Events"
        list={list}
        columns={columnsOf(isOpen, toggle)}
        rowKey={({ id }) => id}
        isOpen={isOpen}
        detail={(event) => <Json value={event} label={`Payload of ${event.type}`} />}
        empty={
          topic || type || key ? (
            <Empty title="No event is like this">One that fits shows up here as soon as it is published.</Empty>
          ) : (
            <Empty title="No event yet">Everything that happens in the shop is told here: start with a product.</Empty>
          )
        }
      />
    </>
  );
}

const columnsOf = (
  isOpen: (key: string) => boolean,
  toggle: (key: string) => void,
): readonly Column<JournalEvent>[] => [
  {
    head: 'Event',
    cell: ({ id, type }) => (
      <RowButton open={isOpen(id)} toggle={() => toggle(id)}>
        {type}
      </RowButton>
    ),
  },
  {
    head: 'Key',
    from: 'medium',
    cell: ({ key }) => (
      <span className={styles.key}>
        <code>{key}</code>
        <CopyId of="event key" value={key} skip />
      </span>
    ),
  },
  { head: 'Saga', from: 'wide', tight: true, cell: (event) => <SagaLink id={sagaIdOf(event)} /> },
  {
    head: 'Heard by',
    from: 'wide',
    cell: ({ type }) => <span className={styles.heard}>{listenersOf(type).join(', ') || '–'}</span>,
  },
  { head: 'When', figures: true, tight: true, cell: ({ time }) => <Ago at={time} brief /> },
];
