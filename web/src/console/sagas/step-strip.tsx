import type { Checkout, Step } from '@shop/sdk/api.ts';
import { stepNames, stepStates, stepWords } from '../steps.ts';
import styles from './step-strip.module.css';

const stepOf = (saga: Checkout, name: Step['name']): Step | undefined =>
  saga.steps.find((step) => step.name === name && step.direction === 'forward');

/** What a step is shown as: one that runs in a parked saga is stuck. */
const stateOf = (saga: Checkout, name: Step['name']): Step['status'] | 'ahead' => {
  const status = stepOf(saga, name)?.status;
  return status === 'running' && saga.status === 'parked' ? 'failed' : (status ?? 'ahead');
};

const wordsFor = (saga: Checkout): string =>
  saga.steps
    .filter(({ direction }) => direction === 'forward')
    .map(({ name, status }) => `${stepWords(name).title}: ${stepStates[status].toLowerCase()}`)
    .join(', ');

/** The five steps of a checkout as five marks: how far it came, at a glance. */
export const StepStrip = ({ saga }: { saga: Checkout }) => {
  if (saga.kind === 'cancel' || saga.steps.length === 0) return <span className={styles.none}>–</span>;
  const words = wordsFor(saga);
  return (
    <span role="img" aria-label={words} title={words} className={styles.strip}>
      {stepNames.map((name) => (
        <span key={name} className={`${styles.step} ${styles[stateOf(saga, name)]}`} />
      ))}
    </span>
  );
};
