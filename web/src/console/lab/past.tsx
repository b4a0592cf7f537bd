import { Ago } from '../../ui/ago.tsx';
import { Panel } from '../parts/panel.tsx';
import styles from './lab.module.css';
import type { Run } from './story.ts';

interface PastProps {
  runs: readonly Run[];
  shown: string | undefined;
  onChoose: (id: string) => void;
}

/** The races before; the shop keeps the last twenty until it is started again. */
export const Past = ({ runs, shown, onChoose }: PastProps) => (
  <Panel title="Races so far" flush>
    <ul className={styles.past}>
      {runs.map(({ id, buyers, units, orders, invariants, startedAt }) => (
        <li key={id}>
          <button type="button" aria-pressed={id === shown} onClick={() => onChoose(id)} className={styles.pastRun}>
            <span>
              {buyers} buyers for {units}
            </span>
            <span className="numbers">{orders} orders</span>
            <span>{invariants.every(({ holds }) => holds) ? 'all held' : 'something broke'}</span>
            <Ago at={startedAt} brief />
          </button>
        </li>
      ))}
    </ul>
  </Panel>
);
