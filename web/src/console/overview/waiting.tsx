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
  /** What is missing from the number, if something is. */
  without?: (overview: OverviewAnswer) => string | undefined;
  /** Whether any at all is one too many. */
  alarm?: 'danger' | 'warning';
}

/** The whole number is missing. */
const UNTOLD = 'not known: the event log does not answer';

const silentOutboxes = ({ outbox }: OverviewAnswer): string | undefined => {
  const silent = services.filter((service) => !outbox.some((one) => one.service === service));
  return silent.length > 0 ? `without ${silent.join(', ')}: no answer` : undefined;
};

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
  {
    name: 'Outbox depth',
    to: '/console/events',
    about: 'events to be published',
    of: ({ outbox }) => outbox,
    without: silentOutboxes,
  },
  {
    name: 'Lag',
    to: '/console/events',
    about: 'events to be handled',
    of: ({ lag }) => lag,
    without: ({ missing }) => (missing.includes('lag') ? UNTOLD : undefined),
  },
];

/** What waits: for an operator, or for its turn. */
export const Waiting = ({ overview }: { overview: OverviewAnswer | undefined }) => {
  const history = useHistory();
  return (
    <div className={styles.tiles}>
      {tiles.map(({ name, to, about, of, without, alarm }) => {
        const values = history.map(of);
        const value = values.at(-1);
        const tone = alarm && value ? alarm : 'plain';
        const partial = overview && without?.(overview);
        const shown = partial === UNTOLD ? '–' : value?.toLocaleString('en');
        return (
          <Link key={name} to={to} className={`${styles.tile} ${styles[tone]}`}>
            <span className={styles.tileName}>{name}</span>
            <span className={styles.tileValue}>
              {overview && value !== undefined ? shown : <Skeleton width="2ch" />}
            </span>
            <span className={styles.tileAbout}>{partial ?? about}</span>
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
