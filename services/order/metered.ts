import type { Metrics } from '@shop/platform/telemetry/metrics.ts';
import { Counter, Histogram } from 'prom-client';
import type { Step } from './domain.ts';
import type { SagaStore } from './store.ts';

/** Counts what sagas come to, and how long their steps take; the store is otherwise as it was. */
export const meteredStore = <Store extends SagaStore>(store: Store, { registry }: Metrics): Store => {
  const registers = [registry];
  const outcomes = new Counter({
    name: 'shop_saga_outcomes_total',
    help: 'Decisions on checkouts: completed, rolled back for a reason, or parked for an operator',
    labelNames: ['outcome', 'reason'] as const,
    registers,
  });
  const steps = new Histogram({
    name: 'shop_saga_step_duration_seconds',
    help: 'Seconds from the start to the end of a step of a checkout',
    labelNames: ['step', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const repeated = new Counter({
    name: 'shop_saga_republications_total',
    help: 'Rollbacks that were published once more, since somebody had not answered',
    registers,
  });

  // Series that are there from the start: an alarm on their rise must see the first one.
  for (const outcome of ['completed', 'parked']) outcomes.inc({ outcome, reason: '' }, 0);

  const observe = (timeline: readonly Step[]) => {
    for (const { name, direction, status, startedAt, finishedAt } of timeline) {
      if (direction !== 'forward' || finishedAt === null || status === 'skipped') continue;
      const seconds = Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
      steps.observe({ step: name, status }, seconds);
    }
  };

  return {
    ...store,
    async finish(owned, timeline, at) {
      const ended = await store.finish(owned, timeline, at);
      if (ended) {
        outcomes.inc({ outcome: 'completed', reason: '' });
        observe(timeline);
      }
      return ended;
    },
    async finishByFact(id, at) {
      const ended = await store.finishByFact(id, at);
      if (ended) outcomes.inc({ outcome: 'completed', reason: '' });
      return ended;
    },
    async compensate(owned, decision) {
      const saga = await store.compensate(owned, decision);
      if (saga) {
        outcomes.inc({ outcome: 'rolled back', reason: decision.problem.code });
        observe(decision.steps);
      }
      return saga;
    },
    async park(owned) {
      const saga = await store.park(owned);
      if (saga) outcomes.inc({ outcome: 'parked', reason: '' });
      return saga;
    },
    async republish(owned, delaySeconds, at) {
      const sent = await store.republish(owned, delaySeconds, at);
      if (sent) repeated.inc();
      return sent;
    },
  };
};
