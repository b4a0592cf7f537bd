import { startLoop } from '@shop/platform/lifecycle/loop.ts';
import { requestContext } from '@shop/platform/telemetry/context.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';
import { traced } from '@shop/platform/telemetry/spans.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Saga } from './domain.ts';
import type { Completed, SagaRunner } from './saga-runner.ts';
import type { SagaStore } from './store.ts';

export interface RecoveryDeps {
  /** This process, unique among all that ever ran. */
  owner: string;
  store: SagaStore;
  runner: SagaRunner;
  clock: Clock;
  logger: Logger;
}

const HEARTBEAT_MS = 1_000;
const LOOK_MS = 500;
const BATCH = 50;
/** Checkouts in the hands of one process; more are asked to come back. */
const MOST_IN_FLIGHT = 1_000;

/**
 * Owns the sagas of this process: those it was given and those it took over from owners that fell silent. Its lease is
 * one heartbeat row; a saga that another has taken over refuses our writes by its epoch.
 */
export const startRecovery = async ({ owner, store, runner, clock, logger }: RecoveryDeps) => {
  const inFlight = new Set<Promise<void>>();

  const drive = (saga: Saga, recovered: boolean, ended?: () => Promise<void>): Promise<Completed | undefined> => {
    const stored = saga.traceparent ?? undefined;
    const context = { requestId: saga.id, traceparent: stored, ...requestContext.get(), sagaId: saga.id };
    const attributes = {
      'shop.saga.state': saga.state,
      'shop.saga.epoch': saga.epoch,
      'shop.saga.recovered': recovered,
    };
    const driven = requestContext
      .run(context, () => traced(saga.kind, 'internal', attributes, () => runner.drive(saga, recovered)))
      .catch((err) => {
        logger.error({ err, saga: saga.id }, 'a saga is left to the recovery');
        return undefined;
      });
    const over: Promise<void> = driven
      .then(ended)
      .catch((err) => logger.warn({ err, saga: saga.id }, 'a checkout lock is left to its end'))
      .finally(() => inFlight.delete(over));
    inFlight.add(over);
    return driven;
  };

  await store.heartbeat(owner);
  const heartbeat = startLoop({
    name: 'saga-heartbeat',
    everyMs: HEARTBEAT_MS,
    clock,
    logger,
    async work() {
      await store.heartbeat(owner);
      return false;
    },
  });
  const claims = startLoop({
    name: 'saga-recovery',
    everyMs: LOOK_MS,
    clock,
    logger,
    async work() {
      if (inFlight.size >= MOST_IN_FLIGHT) return false;
      const claimed = await store.claim(owner, BATCH);
      for (const saga of claimed) {
        logger.info({ saga: saga.id, state: saga.state, epoch: saga.epoch }, 'a saga was taken up');
        void drive(saga, true);
      }
      return claimed.length === BATCH;
    },
  });

  return {
    owner,
    /**
     * Drives a saga whose intent this process has just written; `ended` runs after, whatever became of it. Answers what
     * it completed, if it did; never rejects.
     */
    adopt: (saga: Saga, ended: () => Promise<void>) => drive(saga, false, ended),
    isFull: () => inFlight.size >= MOST_IN_FLIGHT,
    /** Looks for due sagas now. */
    nudge: () => claims.nudge(),
    /** Lets what is under way finish, then gives the lease up. */
    async stop() {
      await claims.stop();
      await Promise.allSettled(inFlight);
      await heartbeat.stop();
      await store.resign(owner);
    },
  };
};

export type Recovery = Awaited<ReturnType<typeof startRecovery>>;
