import { Link } from 'react-router';
import { shop } from '../../client/shop.ts';
import { Empty } from '../../ui/empty.tsx';
import { Panel } from '../parts/panel.tsx';
import { LIVE_MS, useList } from '../queries.ts';
import { SagaTable } from '../sagas/saga-table.tsx';
import styles from './overview.module.css';

const SHOWN = 8;

/** The newest sagas as they come. */
export const Latest = () => {
  const list = useList({
    key: ['latest sagas'],
    page: (_cursor, signal) => shop.checkouts.list({ limit: SHOWN }, { signal }),
    everyMs: LIVE_MS,
  });
  return (
    <Panel title="Latest sagas" className={styles.latest} aside={<Link to="/console/sagas">All of them</Link>} flush>
      <SagaTable
        label="Latest sagas"
        list={{ ...list, hasMore: false }}
        empty={<Empty title="No checkout yet">The first one to buy something shows up here.</Empty>}
      />
    </Panel>
  );
};
