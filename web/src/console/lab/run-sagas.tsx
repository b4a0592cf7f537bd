import type { Checkout } from '@shop/sdk/api.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { shop } from '../../client/shop.ts';
import { formatDuration } from '../../client/time.ts';
import { shortId } from '../parts/id.tsx';
import { consoleKey } from '../queries.ts';
import { refusalWords } from '../refusals.ts';
import styles from './lab.module.css';
import type { Run } from './story.ts';

const MOST_PAGES = 8;

/** The checkouts of a race, found in the list of all: they began when it did. */
const findSagas = async (run: Run, signal: AbortSignal): Promise<Map<string, Checkout>> => {
  const wanted = new Set(run.checkouts);
  const found = new Map<string, Checkout>();
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES && found.size < wanted.size; page += 1) {
    const { items, nextCursor } = await shop.checkouts.list({ limit: 100, cursor }, { signal });
    for (const saga of items) if (wanted.has(saga.id)) found.set(saga.id, saga);
    const oldest = items.at(-1);
    if (!nextCursor || !oldest || oldest.createdAt < run.startedAt) break;
    cursor = nextCursor;
  }
  return found;
};

const outcomeOf = (saga: Checkout | undefined): string => {
  if (!saga) return 'Sagas';
  if (saga.status === 'completed') return 'Got an order';
  if (saga.problem) return refusalWords(saga.problem.code);
  return saga.status === 'parked' ? 'Parked' : 'Under way';
};

const tookOf = (saga: Checkout | undefined): string =>
  saga?.finishedAt ? formatDuration(Date.parse(saga.finishedAt) - Date.parse(saga.createdAt)) : '';

/** Every saga of a race, by what became of it; each tile leads to one. */
export const RunSagas = ({ run }: { run: Run }) => {
  const { data } = useQuery({
    queryKey: consoleKey('sagas of a race', run.id),
    queryFn: ({ signal }) => findSagas(run, signal),
    staleTime: 10_000,
  });
  const groups = Map.groupBy(run.checkouts, (id) => outcomeOf(data?.get(id)));
  const sorted = [...groups].sort(([a], [b]) => Number(b === 'Got an order') - Number(a === 'Got an order'));
  return (
    <div className={styles.sagas}>
      {sorted.map(([outcome, ids]) => (
        <section key={outcome} aria-label={`Sagas: ${outcome}`}>
          <h3 className={styles.barName}>
            <span>{outcome}</span>
            <span className="numbers">{ids.length}</span>
          </h3>
          <ul className={styles.tiles}>
            {ids.map((id) => (
              <li key={id}>
                <Link
                  to={`/console/sagas/${id}`}
                  className={`${styles.tile} ${outcome === 'Got an order' ? styles.ordered : styles.refused}`}
                  title={`${shortId(id)} ${tookOf(data?.get(id))}`}
                  aria-label={`Saga ${shortId(id)}`}
                />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
};
