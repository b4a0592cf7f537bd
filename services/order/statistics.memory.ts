import type { Saga } from './domain.ts';
import type { SagaStatistics, SagaStore } from './store.ts';
import { type MemoryOrders, newestFirst } from './tables.memory.ts';

const open = ['running', 'pivoted', 'compensating', 'parked'] as const;

export const unfinished = ({ sagas }: MemoryOrders): Awaited<ReturnType<SagaStore['unfinished']>> => {
  const counts = { running: 0, pivoted: 0, compensating: 0, parked: 0 };
  for (const { saga } of sagas.all()) {
    const state = open.find((one) => one === saga.state);
    if (state) counts[state] += 1;
  }
  return counts;
};

export const forgetDetails = ({ db, sagas }: MemoryOrders, olderThan: Date, limit: number): number =>
  db.atomically(() => {
    const endOf = (finishedAt: string | null) => (finishedAt === null ? Number.NaN : Date.parse(finishedAt));
    const old = [...sagas.all()]
      .filter(({ saga }) => endOf(saga.finishedAt) < olderThan.getTime() && saga.steps.length > 0)
      .sort((a, b) => endOf(a.saga.finishedAt) - endOf(b.saga.finishedAt) || (a.saga.id < b.saga.id ? -1 : 1))
      .slice(0, limit);
    for (const row of old) sagas.set(row.saga.id, { ...row, saga: { ...row.saga, steps: [], request: {} } });
    return old.length;
  });

/** As many checkouts as statistics.postgres.ts looks at. */
const mostLookedAt = 10_000;
const slotMs = 10_000;

export const statistics = ({ sagas }: MemoryOrders, now: Date, windowSeconds: number): SagaStatistics => {
  const since = now.getTime() - windowSeconds * 1_000;
  const all = [...sagas.all()].map(({ saga }) => saga);
  const recent = all
    .filter(({ kind, createdAt }) => kind === 'checkout' && Date.parse(createdAt) > since)
    .sort(newestFirst)
    .slice(0, mostLookedAt);
  const completed = recent.filter(({ state }) => state === 'completed').length;
  const refused = recent.filter(({ state }) => state === 'compensated').length;
  const running = recent.filter(({ state }) => ['running', 'pivoted', 'compensating'].includes(state)).length;
  const ended = completed + refused;
  return {
    checkouts: {
      perMinute: ((ended + running) * 60) / windowSeconds,
      ...{ completed, refused, running, successRate: ended ? completed / ended : null },
      series: slotsOf(recent, now, windowSeconds),
    },
    parked: all.filter(({ state }) => state === 'parked').length,
    steps: timesOf(recent),
  };
};

/** Slots at whole ten seconds of the clock, empty ones too. */
const slotsOf = (recent: readonly Saga[], now: Date, windowSeconds: number): SagaStatistics['checkouts']['series'] => {
  const slotOf = (ms: number) => Math.floor(ms / slotMs) * slotMs;
  const latest = slotOf(now.getTime());
  const perSlot = Map.groupBy(recent, ({ createdAt }) => slotOf(Date.parse(createdAt)));
  const series: SagaStatistics['checkouts']['series'] = [];
  for (let at = latest - (windowSeconds * 1_000 - slotMs); at <= latest; at += slotMs) {
    const begun = perSlot.get(at) ?? [];
    series.push({
      at: new Date(at).toISOString().replace('.000Z', 'Z'),
      completed: begun.filter(({ state }) => state === 'completed').length,
      refused: begun.filter(({ state }) => state === 'compensated').length,
    });
  }
  return series;
};

const timesOf = (recent: readonly Saga[]): SagaStatistics['steps'] => {
  const done = recent.flatMap(({ steps }) =>
    steps.flatMap(({ name, direction, status, startedAt, finishedAt }) =>
      direction === 'forward' && status === 'done' && finishedAt !== null
        ? [{ name, ms: Date.parse(finishedAt) - Date.parse(startedAt) }]
        : [],
    ),
  );
  return [...Map.groupBy(done, ({ name }) => name)]
    .map(([name, timed]) => {
      const sorted = timed.map(({ ms }) => ms).sort((a, b) => a - b);
      return { name, count: sorted.length, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
};

/** Between the two nearest values, as `percentile_cont` does. */
const percentile = (sorted: readonly number[], share: number): number => {
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return low + (high - low) * (place - Math.floor(place));
};
