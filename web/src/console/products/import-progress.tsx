import { Panel } from '../parts/panel.tsx';
import styles from './import.module.css';

/** How far an import has come, in products. */
export const ImportProgress = ({ done, total }: { done: number; total: number }) => (
  <Panel title="Importing" aside={total > 0 ? `${done} of ${total} products` : 'reading the sheet'}>
    <progress className={styles.progress} aria-label="Import" value={total > 0 ? done : undefined} max={total || 1} />
  </Panel>
);
