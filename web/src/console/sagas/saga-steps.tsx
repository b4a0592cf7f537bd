import type { Checkout, Step } from '@shop/sdk/api.ts';
import { formatDuration } from '../../client/time.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { refusalWords } from '../refusals.ts';
import { serviceOf } from '../services.ts';
import { stepStates, stepWords } from '../steps.ts';
import styles from './saga-steps.module.css';

const tones: Record<Step['status'], Tone> = {
  running: 'info',
  done: 'success',
  refused: 'danger',
  failed: 'danger',
  skipped: 'neutral',
  undone: 'warning',
};

const isCode = (text: string): boolean => /^[A-Z][A-Z_]+$/.test(text);

/** The steps in the order in which they began, those of the rollback after them. */
export const SagaSteps = ({ saga }: { saga: Checkout }) => {
  if (saga.steps.length === 0)
    return (
      <p className={styles.none}>
        {saga.finishedAt ? 'The timeline of an old saga is not kept; its outcome is.' : 'It has only just begun.'}
      </p>
    );
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col">State</th>
          <th scope="col" className={styles.wide}>
            Service
          </th>
          <th scope="col" className={`${styles.figures} ${styles.attempts}`}>
            Attempts
          </th>
          <th scope="col" className={`${styles.figures} ${styles.wide}`}>
            Began after
          </th>
          <th scope="col" className={styles.figures}>
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {saga.steps.map((step) => (
          <StepRow key={`${step.direction} ${step.name}`} step={step} saga={saga} />
        ))}
      </tbody>
    </table>
  );
};

const StepRow = ({ step, saga }: { step: Step; saga: Checkout }) => {
  const { name, direction, status, attempts, startedAt, finishedAt, error } = step;
  const isStuck = saga.status === 'parked' && status === 'running';
  const sinceStart = Date.parse(startedAt) - Date.parse(saga.createdAt);
  return (
    <tr>
      <th scope="row">
        {direction === 'undo' && <span aria-hidden="true">↩ </span>}
        {stepWords(name, direction).title}
        {error && <span className={styles.error}>{isCode(error) ? refusalWords(error) : error}</span>}
      </th>
      <td>
        <Badge tone={isStuck ? 'danger' : tones[status]}>{isStuck ? 'Stuck' : stepStates[status]}</Badge>
      </td>
      <td className={styles.wide}>{serviceOf(name)}</td>
      <td className={`${styles.figures} ${styles.attempts}`}>{attempts}</td>
      <td className={`${styles.figures} ${styles.wide}`}>{formatDuration(Math.max(0, sinceStart))}</td>
      <td className={styles.figures}>
        {status === 'skipped' || !finishedAt ? '–' : formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))}
      </td>
    </tr>
  );
};
