import type { Checkout } from '@shop/sdk/api.ts';
import { formatDuration } from '../../client/time.ts';
import { Spinner } from '../../ui/spinner.tsx';
import { progressOf, type StepState, type StepView } from './progress.ts';
import styles from './progress-list.module.css';

/** Drawn on 20 × 20: a ring for what waits, a disc for what is done, a cross, an arrow back. */
const marks: Record<Exclude<StepState, 'running' | 'undoing'>, string> = {
  waiting: '',
  unreached: 'M7 10h6',
  skipped: 'M7 10h6',
  done: 'm6.2 10.3 2.6 2.6 5-5.4',
  refused: 'm7 7 6 6m0-6-6 6',
  failed: 'm7 7 6 6m0-6-6 6',
  undone: 'M8.5 6.5 6 9l2.5 2.5M6.3 9h4.9a2.4 2.4 0 0 1 0 4.8H9',
};

const Mark = ({ state }: { state: StepState }) => {
  if (state === 'running' || state === 'undoing') return <Spinner size={20} />;
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" className={styles.mark}>
      <circle cx="10" cy="10" r="9" className={styles.disc} />
      <path d={marks[state]} className={styles.sign} />
    </svg>
  );
};

interface ProgressListProps {
  checkout: Checkout | undefined;
  /** Under an order that is confirmed: how fast it was, no longer what one waits for. */
  small?: boolean;
}

/** The steps of the saga as they happen, each with its state in words and the time that it took. */
export const ProgressList = ({ checkout, small }: ProgressListProps) => (
  <ol className={small ? styles.small : styles.list} aria-label="Checkout progress">
    {progressOf(checkout).map((step) => (
      <ProgressStep key={step.name} step={step} />
    ))}
  </ol>
);

const ProgressStep = ({ step: { state, label, word, ms, attempts } }: { step: StepView }) => (
  <li className={styles.step} data-state={state}>
    <Mark state={state} />
    <span className={styles.label}>{label}</span>
    <span className={styles.state}>
      {/* The mark says it already, or the number of the attempt does. */}
      <span className={state === 'done' || (state === 'running' && attempts > 1) ? 'visually-hidden' : styles.word}>
        {word}
        {attempts > 1 && ', '}
      </span>
      {attempts > 1 && `attempt ${attempts}`}
    </span>
    {ms !== undefined && <span className={styles.time}>{formatDuration(ms)}</span>}
  </li>
);
