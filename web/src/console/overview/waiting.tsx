import { Link } from 'react-router';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { services } from '../services.ts';
import { type OverviewAnswer, SAMPLES, type Sample, useHistory } from './history.ts';
import styles from './overview.module.css';

interface Tile {
  name: string;
  /** Where one does something about it. */
  to: string;
  about: string;
  of: (sample: Sample) => number;
  /** Whether any at all is one too many. */
  alarm?: 'danger' | 'warning';
}

const tiles: readonly Tile[] = [
  {
    name: 'Parked sagas',
    to: '/console/sagas?status=parked',
    about: 'wait for a retry',
    of: ({ parked }) => parked,
    alarm: 'danger',
  },
  {
    name: 'Dead letters',
    to: '/console/dead-letters',
    about: 'events that could not be applied',
    of: ({ deadLetters }) => deadLetters,
    alarm: 'danger',
  },
  { name: 'Outbox depth', to: '/console/events', about: 'events to be published', of: ({ outbox }) => outbox },
  { name: 'Lag', to: '/console/events', about: 'events to be handled', of: ({ lag }) => lag },
];

/** What waits: for an operator, or for its turn. */
export const Waiting = ({ overview }: { overview: OverviewAnswer | undefined }) => {
  const history = useHistory();
  const missing = services.filter((service) => overview && !overview.outbox.some((one) => one.service === service));
  return (
    <div className={styles.tiles}>
      {tiles.map(({ name, to, about, of, alarm }) => {
        const values = history.map(of);
        const value = values.at(-1);
        const tone = alarm && value ? alarm : 'plain';
        const partial = name === 'Outbox depth' && missing.length > 0;
        return (
          <Link key={name} to={to} className={`${styles.tile} ${styles[tone]}`}>
            <span className={styles.tileName}>{name}</span>
            <span className={styles.tileValue}>
              {overview && value !== undefined ? value.toLocaleString('en') : <Skeleton width="2ch" />}
            </span>
            <span className={styles.tileAbout}>{partial ? `without ${missing.join(', ')}: no answer` : about}</span>
            <Sparkline
              values={values}
              slots={SAMPLES}
              tone={tone}
              height={24}
              label={`${name} since this page was opened, at most five minutes`}
            />
          </Link>
        );
      })}
    </div>
  );
};
