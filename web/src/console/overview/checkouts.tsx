import { Link } from 'react-router';
import { ButtonLink } from '../../ui/button.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Figure } from '../parts/figure.tsx';
import { Panel } from '../parts/panel.tsx';
import { Columns } from '../parts/sparkline.tsx';
import type { OverviewAnswer } from './history.ts';
import styles from './overview.module.css';

const percent = (share: number | null): string => (share === null ? '–' : `${Math.round(share * 100)} %`);
const rate = (perMinute: number): string => (perMinute < 10 ? perMinute.toFixed(1) : Math.round(perMinute).toString());

/** How many check out, and how it ends for them. */
export const Checkouts = ({ overview }: { overview: OverviewAnswer | undefined }) => (
  <Panel
    title="Checkouts"
    className={styles.checkouts}
    aside={
      <span className={styles.legend}>
        <span className={styles.completed}>completed</span>
        <span className={styles.refused}>refused</span>
      </span>
    }
  >
    {overview ? <Shown {...overview} /> : <Skeleton height="172px" />}
  </Panel>
);

const Shown = ({ checkouts }: OverviewAnswer) => {
  const { perMinute, completed, refused, running, successRate, series } = checkouts;
  const slots = series.map(({ at, completed: good, refused: bad }) => ({ key: at, good, bad }));
  return (
    <div className={styles.columns}>
      <dl className={styles.figures}>
        <Figure name="a minute" value={rate(perMinute)} large />
        <Figure name="success rate" value={percent(successRate)} large />
        <Figure name="completed" value={completed} />
        <Figure name="refused" value={refused} />
        <Figure name="running" value={running} />
      </dl>
      <Columns
        slots={slots}
        label={`Checkouts in each ten seconds of five minutes: ${completed} completed, ${refused} refused`}
      />
      {completed + refused + running === 0 ? (
        <div className={styles.quiet}>
          <p>Nobody has checked out in the last five minutes.</p>
          <ButtonLink to="/console/lab" size="small">
            Start a race
          </ButtonLink>
        </div>
      ) : (
        <p className={styles.scale}>
          <span>5 min ago</span>
          <Link to="/console/sagas">See each of them</Link>
          <span>now</span>
        </p>
      )}
    </div>
  );
};
