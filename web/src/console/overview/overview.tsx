import { Ago } from '../../ui/ago.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { useOverview } from '../queries.ts';
import { Checkouts } from './checkouts.tsx';
import { Flow } from './flow.tsx';
import { Latest } from './latest.tsx';
import styles from './overview.module.css';
import { Steps } from './steps.tsx';
import { Waiting } from './waiting.tsx';

/** The shop at a glance: what it does, what waits, what an operator should look at. */
export const Overview = () => {
  const { data, error, refetch } = useOverview();
  return (
    <>
      <ViewHead title="Overview">
        <p>The last five minutes, kept up to date.</p>
        {data && error && (
          <p>
            Answered last: <Ago at={data.at} />
          </p>
        )}
      </ViewHead>
      {!data && error && <ErrorState error={error} retry={() => void refetch()} />}
      {data && error && (
        <Notice tone="warning" title="This is no longer up to date">
          The shop does not answer; what is shown was so a moment ago. It is asked again and again.
        </Notice>
      )}
      {(data || !error) && (
        <div className={styles.grid}>
          <Checkouts overview={data} />
          <Waiting overview={data} />
          <Steps overview={data} />
          <Flow overview={data} />
          <Latest />
        </div>
      )}
    </>
  );
};
