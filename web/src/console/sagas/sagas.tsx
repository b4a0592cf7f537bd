import type { Checkout } from '@shop/sdk/api.ts';
import { shop } from '../../client/shop.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Choices, FilterBar, LiveMark, oneOf, useFilters } from '../parts/filters.tsx';
import { sagaStates } from '../parts/states.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { LIVE_MS, useList } from '../queries.ts';
import { SagaTable } from './saga-table.tsx';

type Status = Checkout['status'];
const statuses: readonly Status[] = ['running', 'completed', 'compensating', 'compensated', 'parked'];

const choices = [
  { value: '', word: 'All' },
  ...statuses.map((status) => ({ value: status, word: sagaStates[status].word })),
];

const emptyWords: Record<Status, string> = {
  running:
    'Sagas are quick: most are over before they can be seen here. A slow step in the race lab keeps them longer.',
  completed: 'A checkout that became an order shows up here.',
  compensating: 'A checkout that is being rolled back shows up here, for a blink as a rule.',
  compensated: 'A checkout that was refused and rolled back shows up here.',
  parked: 'All is well: a saga is parked when fifteen tries have not helped, and then waits here for your retry.',
};

/** Every checkout and every cancel, newest first. */
export const Sagas = () => {
  const filters = useFilters();
  const status = oneOf(filters.get('status'), statuses);
  const list = useList({
    key: ['sagas', status],
    page: (cursor, signal) => shop.checkouts.list({ status, cursor, limit: 50 }, { signal }),
    everyMs: LIVE_MS,
  });
  return (
    <>
      <ViewHead title="Sagas">
        <p>Checkouts and cancels across the services, newest first.</p>
      </ViewHead>
      <FilterBar>
        <Choices
          label="Status"
          value={status ?? ''}
          choices={choices}
          onChoose={(value) => filters.set('status', value)}
        />
        <LiveMark isLive={list.isLive} />
      </FilterBar>
      <SagaTable
        label="Sagas"
        list={list}
        empty={
          <Empty
            title={status ? `No saga is ${status}` : 'No saga yet'}
            actions={<ButtonLink to="/console/lab">Start a race</ButtonLink>}
          >
            {status ? emptyWords[status] : 'Every checkout is one. Buy something, or let buyers race in the lab.'}
          </Empty>
        }
      />
    </>
  );
};
