import { Ago } from '../../ui/ago.tsx';
import { Panel } from '../parts/panel.tsx';
import styles from './lab.module.css';
import type { Run } from './story.ts';
import { isOver } from './use-lab.ts';

interface PastProps {
  runs: readonly Run[];
  shown: string | undefined;
  onChoose: (id: string) => void;
}

const wordFor = (run: Run): string => {
  if (!isOver(run)) return 'under way';
  if (run.status === 'failed') return 'broken off';
  return run.invariants.every(({ holds }) => holds) ? 'all held' : 'something broke';
};

/** The races before; the shop keeps the last twenty until it is started again. */
export const Past = ({ runs, shown, onChoose }: PastProps) => (
  <Panel title="Races so far" flush>
    <ul className={styles.past}>
      {runs.map((run) => (
        <li key={run.id}>
          <button
            type="button"
            aria-pressed={run.id === shown}
            onClick={() => onChoose(run.id)}
            className={styles.pastRun}
          >
            <span>
              {run.buyers} buyers for {run.units}
            </span>
            <span className="numbers">{run.orders} orders</span>
            <span>{wordFor(run)}</span>
            <Ago at={run.startedAt} brief />
          </button>
        </li>
      ))}
    </ul>
  </Panel>
);
