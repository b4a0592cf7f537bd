import { CheckIcon } from '../../ui/icons.tsx';
import styles from './lab.module.css';
import type { Run } from './story.ts';
import { isOver } from './use-lab.ts';

/** The names that the shop gives them, and what they mean. */
const meanings: readonly { name: string; means: string; atRest?: boolean }[] = [
  { name: 'onHand ≥ reserved ≥ 0', means: 'Every promise is covered' },
  { name: 'orders ≤ units', means: 'No unit sold twice' },
  { name: 'uses ≤ limit', means: 'Voucher within its limit' },
  { name: 'orders = units sold', means: 'Orders match the stock', atRest: true },
  { name: 'no cart locked', means: 'No cart left locked', atRest: true },
];

type State = 'holds' | 'broken' | 'waiting';

const stateOf = (run: Run, name: string): State => {
  const found = run.invariants.find((one) => one.name === name);
  if (!found) return 'waiting';
  // While sagas still settle, what is looked at at rest may be on its way.
  return found.holds ? 'holds' : isOver(run) ? 'broken' : 'waiting';
};

const words: Record<State, string> = { holds: 'holds', broken: 'broken', waiting: 'looked at when all is quiet' };

/** What must be true whenever one looks. */
export const Invariants = ({ run }: { run: Run }) => (
  <ul className={styles.invariants} aria-label="Invariants">
    {meanings.map(({ name, means, atRest }) => {
      const state = stateOf(run, name);
      return (
        <li key={name} className={`${styles.invariant} ${styles[state]}`}>
          <span className={styles.lamp} aria-hidden="true">
            {state === 'holds' && <CheckIcon size={14} />}
            {state === 'broken' && '!'}
          </span>
          <span>
            {means}
            <span className="visually-hidden">
              : {state === 'waiting' && !atRest ? 'not looked at yet' : words[state]}
            </span>
            <span className={styles.formula}>{name}</span>
          </span>
        </li>
      );
    })}
  </ul>
);
