import type { Checkout } from '@shop/sdk/api.ts';
import type { ReactNode } from 'react';
import { formatDuration } from '../../client/time.ts';
import { Ago } from '../../ui/ago.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { CopyId, shortId } from '../parts/id.tsx';
import { RowLink } from '../parts/rows.tsx';
import { SagaState } from '../parts/states.tsx';
import type { List } from '../queries.ts';
import { refusalWords } from '../refusals.ts';
import { stepWords, triesOf } from '../steps.ts';
import styles from './saga-table.module.css';
import { StepStrip } from './step-strip.tsx';

const tookOf = ({ createdAt, finishedAt }: Checkout): string =>
  finishedAt ? formatDuration(Date.parse(finishedAt) - Date.parse(createdAt)) : '–';

/** Why it did not become an order, or what holds it up. */
const reasonOf = ({ problem, steps, status }: Checkout): string => {
  const stuck = status === 'parked' ? steps.findLast((step) => step.status === 'running' || step.error) : undefined;
  if (stuck) return `${stepWords(stuck.name, stuck.direction).title}: ${triesOf(stuck)} did not help`;
  return problem ? refusalWords(problem.code) : '';
};

const columns: readonly Column<Checkout>[] = [
  {
    head: 'Saga',
    tight: true,
    cell: ({ id }) => (
      <span className={styles.id}>
        <RowLink to={`/console/sagas/${id}`}>
          <code>{shortId(id)}</code>
        </RowLink>
        <CopyId of="saga" value={id} skip />
      </span>
    ),
  },
  { head: 'Status', tight: true, cell: ({ status }) => <SagaState status={status} /> },
  { head: 'Steps', tight: true, from: 'medium', cell: (saga) => <StepStrip saga={saga} /> },
  { head: 'Why', from: 'wide', cell: (saga) => <span className={styles.why}>{reasonOf(saga)}</span> },
  { head: 'Kind', tight: true, from: 'wide', cell: ({ kind }) => (kind === 'cancel' ? 'Cancel' : 'Checkout') },
  {
    head: 'User',
    tight: true,
    from: 'wide',
    cell: ({ userId }) => <code title={userId}>{shortId(userId)}</code>,
  },
  { head: 'Took', tight: true, figures: true, from: 'medium', cell: tookOf },
  { head: 'Began', tight: true, figures: true, cell: ({ createdAt }) => <Ago at={createdAt} brief /> },
];

interface SagaTableProps {
  label: string;
  list: List<Checkout>;
  empty: ReactNode;
}

export const SagaTable = (props: SagaTableProps) => <DataTable {...props} columns={columns} rowKey={({ id }) => id} />;
