import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import type { SagaStatistics, SagaStore } from './store.ts';

/** Checkouts that began in the window, at most the newest ten thousand: an overview must not cost more than it tells. */
const RECENT = `
  with recent as (
    select created_at, state, steps from sagas
    where kind = 'checkout' and created_at > now() - make_interval(secs => $1)
    order by created_at desc, id desc limit 10000
  )`;

const COUNTS = `${RECENT}
  select count(*) filter (where state = 'completed') as completed,
         count(*) filter (where state = 'compensated') as refused,
         count(*) filter (where state in ('running', 'pivoted', 'compensating')) as running,
         (select count(*) from sagas where state = 'parked') as parked
  from recent`;

const STEPS = `${RECENT}, timed as (
    select step->>'name' as name,
           extract(epoch from (step->>'finishedAt')::timestamptz - (step->>'startedAt')::timestamptz) * 1000 as ms
    from recent cross join jsonb_array_elements(steps) step
    where step->>'direction' = 'forward' and step->>'status' = 'done'
  )
  select name, count(*) as count,
         (percentile_cont(0.5) within group (order by ms))::float8 as "p50Ms",
         (percentile_cont(0.99) within group (order by ms))::float8 as "p99Ms"
  from timed group by name order by name`;

/** Slots at whole ten seconds of the clock, empty ones too: a chart of them only ever moves on. */
const SLOTS = `${RECENT}, slots as (
    select generate_series(latest.at - make_interval(secs => $1 - 10), latest.at, '10 seconds') as at
    from date_bin('10 seconds', now(), 'epoch') as latest(at)
  ), placed as (
    select date_bin('10 seconds', created_at, 'epoch') as at, state from recent
  )
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at,
         count(*) filter (where state = 'completed') as completed,
         count(*) filter (where state = 'compensated') as refused
  from slots left join placed using (at) group by slots.at order by slots.at`;

const UNFINISHED = `
  select state, count(*) as count from sagas
  where state = any('{running,pivoted,compensating,parked}') group by state`;

export const unfinished = async (
  pg: Pick<Postgres, 'query'>,
): Promise<Awaited<ReturnType<SagaStore['unfinished']>>> => {
  const rows = await pg.query<{ state: string; count: number }>({ name: 'saga-unfinished', text: UNFINISHED });
  return {
    ...{ running: 0, pivoted: 0, compensating: 0, parked: 0 },
    ...Object.fromEntries(rows.map(({ state, count }) => [state, count])),
  };
};

const FORGET = `
  update sagas set steps = '[]', request = '{}'
  where id in (
    select id from sagas where finished_at < $1 and steps <> '[]' order by finished_at, id limit $2 for update skip locked)
  returning id`;

export const forgetDetails = async (pg: Pick<Postgres, 'query'>, olderThan: Date, limit: number): Promise<number> =>
  (await pg.query({ name: 'saga-forget', text: FORGET, values: [olderThan, limit] })).length;

interface Counts {
  completed: number;
  refused: number;
  running: number;
  parked: number;
}

export const statistics = async (pg: Pick<Postgres, 'query'>, windowSeconds: number): Promise<SagaStatistics> => {
  const [[counts], steps, series] = await Promise.all([
    pg.query<Counts>({ name: 'saga-counts', text: COUNTS, values: [windowSeconds] }),
    pg.query<SagaStatistics['steps'][number]>({ name: 'saga-steps', text: STEPS, values: [windowSeconds] }),
    pg.query<SagaStatistics['checkouts']['series'][number]>({
      name: 'saga-slots',
      text: SLOTS,
      values: [windowSeconds],
    }),
  ]);
  const { completed, refused, running, parked } = counts ?? { completed: 0, refused: 0, running: 0, parked: 0 };
  const ended = completed + refused;
  const perMinute = ((ended + running) * 60) / windowSeconds;
  return {
    checkouts: { perMinute, completed, refused, running, successRate: ended ? completed / ended : null, series },
    parked,
    steps,
  };
};
