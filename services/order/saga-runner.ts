import type { Participant } from '@shop/contracts/commands.ts';
import { isRefusal, type Refusal, refuse } from '@shop/contracts/problems.ts';
import { isInfrastructureFailure } from '@shop/platform/failures/infrastructure.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';
import { traced } from '@shop/platform/telemetry/spans.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { settled } from '@shop/platform/time/deadline.ts';
import { type CheckoutCommands, type Findings, type ForwardStep, stepsBeforePivot } from './checkout.saga.ts';
import {
  backoffSeconds,
  everyParticipant,
  MAX_ATTEMPTS,
  type Order,
  placeOrder,
  type Saga,
  type Step,
  stepEnded,
  stepSkipped,
  stepStarted,
  undoStarted,
} from './domain.ts';
import type { Finished, SagaStore } from './store.ts';

export interface RunnerDeps {
  store: SagaStore;
  commands: CheckoutCommands;
  /** Shows watchers the timeline as it is now; nothing depends on it. */
  show: (saga: Saga) => void;
  clock: Clock;
  logger: Logger;
}

/** What a drive that completed a checkout has stored. */
export interface Completed {
  saga: Saga;
  order: Order;
}

/** One drive of one saga by the owner of one epoch. */
interface Run {
  readonly saga: Saga;
  steps: Step[];
  found: Findings;
  /** Those who may hold something: called, and their outcome is not a definite "nothing done". A new owner can't know: all. */
  holders: Set<Participant>;
  /** Rejects when the order should have been there. */
  late: Promise<never>;
}

const never = new Promise<never>(() => {});

/** Pauses between the quick tries of a step after the pivot; then the saga is left to the recovery. */
const QUICK_RETRIES_MS = [50, 100, 200, 400];
/** Pauses while our own store does not answer; a guarded decision may be sent again. */
const STORE_RETRIES_MS = [50, 100, 200, 400, 800, 1600, 3200];

/**
 * Drives sagas from wherever they are stored. Decisions are guarded by the epoch, so a drive that lost its saga writes
 * nothing; a drive that dies is taken up by the recovery. Never rejects for a refusal or a command that failed.
 */
export const createSagaRunner = ({ store, commands, show, clock, logger }: RunnerDeps) => {
  const at = () => clock.now().toISOString();
  const owned = ({ saga }: Run) => ({ id: saga.id, epoch: saga.epoch });
  const remainingMs = (saga: Saga) => Date.parse(saga.deadline) - clock.now().getTime();

  const progress = (run: Run, steps: Step[]) => {
    run.steps = steps;
    show({ ...run.saga, steps });
  };

  /** The command's reply; throws when it failed or the deadline came first: then its outcome is unknown. */
  const attempt = ({ saga, found, late }: Run, step: ForwardStep): Promise<Partial<Findings> | Refusal> =>
    Promise.race([step.do(saga, found, commands), late]);

  /** Runs one step, unless it has nothing to do; answers the refusal that ends the checkout, if any. */
  const take = async (run: Run, step: ForwardStep): Promise<Refusal | undefined> => {
    if (step.when && !step.when(run.found)) {
      progress(run, stepSkipped(run.steps, step.name, at()));
      return step.check?.(run.saga, run.found);
    }
    return traced(step.name, 'internal', {}, async (span) => {
      const refusal = await repeat(run, step);
      if (refusal) span.set('shop.refusal', refusal.code);
      return refusal;
    });
  };

  /** Does a step, again and again while it fails and time is left. */
  const repeat = async (run: Run, step: ForwardStep): Promise<Refusal | undefined> => {
    for (let failures = 0; ; failures++) {
      progress(run, stepStarted(run.steps, step.name, at()));
      const heldBefore = run.holders.has(step.participant);
      run.holders.add(step.participant);
      try {
        const reply = await attempt(run, step);
        if (isRefusal(reply)) {
          if (!heldBefore) run.holders.delete(step.participant);
          progress(run, stepEnded(run.steps, step.name, 'refused', at(), reply.code));
          return reply;
        }
        run.found = { ...run.found, ...reply };
        const refusal = step.check?.(run.saga, run.found);
        progress(run, stepEnded(run.steps, step.name, refusal ? 'refused' : 'done', at(), refusal?.code));
        return refusal;
      } catch (error) {
        logger.warn({ err: error, saga: run.saga.id, step: step.name }, 'a checkout step failed');
        const pause = Math.min(1000, 50 * 2 ** failures);
        if (remainingMs(run.saga) <= pause) {
          progress(run, stepEnded(run.steps, step.name, 'failed', at(), 'CHECKOUT_TIMED_OUT'));
          return refuse('CHECKOUT_TIMED_OUT', { retryAfter: 1 });
        }
        await clock.sleep(pause);
      }
    }
  };

  /** Repeats a guarded write, or a read, of our own store while that fails. */
  const insist = async <T>(work: () => Promise<T>): Promise<T> => {
    for (const pause of STORE_RETRIES_MS) {
      try {
        return await work();
      } catch (error) {
        logger.warn({ err: error }, 'the saga store failed');
        await clock.sleep(pause);
      }
    }
    return work();
  };

  const compensate = (run: Run, refusal: Refusal): Promise<void> =>
    traced('compensate', 'internal', { 'shop.refusal': refusal.code }, () => decideUndo(run, refusal));

  const decideUndo = async (run: Run, refusal: Refusal): Promise<void> => {
    const now = at();
    const participants = everyParticipant.filter((one) => run.holders.has(one));
    const problem = { ...refusal, checkoutId: refusal.checkoutId ?? run.saga.id };
    const steps = undoStarted(run.steps, participants, now);
    const decided = await insist(() => store.compensate(owned(run), { problem, participants, steps, at: now }));
    if (decided) logger.info({ saga: run.saga.id, code: refusal.code }, 'a checkout is rolled back');
  };

  const park = async (run: Run): Promise<void> => {
    const parked = await store.park(owned(run));
    if (parked)
      logger.error({ saga: run.saga.id, direction: parked.direction }, 'a saga is parked and waits for an operator');
  };

  /** True when the order exists now; a write whose answer was lost is settled by reading what it left. */
  const pivot = async (run: Run): Promise<boolean> => {
    const now = at();
    const order = placeOrder(run.saga, run.found.snapshot, run.found.quote, now);
    const placed = stepEnded(stepStarted(run.steps, 'createOrder', now), 'createOrder', 'done', now);
    const steps = stepStarted(placed, 'completeCart', now);
    try {
      const won = await store.pivot(owned(run), steps, order);
      // What is stored had to guess when the write would end; the saga's last write corrects it.
      if (won) progress(run, stepStarted(stepEnded(placed, 'createOrder', 'done', at()), 'completeCart', at()));
      return won;
    } catch (error) {
      logger.warn({ err: error, saga: run.saga.id }, 'the pivot got no answer');
      const stored = await insist(() => store.settle(run.saga.id));
      run.steps = stored?.steps.length ? stored.steps : run.steps;
      if (stored?.epoch === run.saga.epoch && stored.state === 'running') {
        if (remainingMs(run.saga) > 100) {
          await clock.sleep(50);
          return pivot(run);
        }
        await compensate(run, refuse('CHECKOUT_TIMED_OUT', { retryAfter: 1 }));
        return false;
      }
      return stored?.epoch === run.saga.epoch && stored.state === 'pivoted';
    }
  };

  /** After the pivot: only forward. What does not succeed soon is left to the recovery, at last to an operator. */
  const complete = (run: Run): Promise<Completed | undefined> =>
    traced('completeCart', 'internal', {}, () => goForward(run));

  const completedOf = ({ saga }: Run, steps: Step[], finishedAt: string, { order, version }: Finished): Completed => ({
    saga: { ...saga, state: 'completed', direction: 'forward', steps, finishedAt, version },
    order,
  });

  const goForward = async (run: Run): Promise<Completed | undefined> => {
    const { id: sagaId, orderId, userId, attempts } = run.saga;
    for (const pause of [...QUICK_RETRIES_MS, undefined]) {
      try {
        await commands.cart.complete({ sagaId, orderId, userId });
        const now = at();
        const steps = stepEnded(run.steps, 'completeCart', 'done', now);
        const finished = await store.finish(owned(run), steps, now);
        if (finished) logger.info({ saga: sagaId, order: orderId }, 'a checkout is completed');
        return finished && completedOf(run, steps, now, finished);
      } catch (error) {
        logger.warn({ err: error, saga: sagaId }, 'completing a cart failed');
        if (pause !== undefined) {
          await clock.sleep(pause);
          progress(run, stepStarted(run.steps, 'completeCart', at()));
        }
      }
    }
    if (attempts >= MAX_ATTEMPTS) await park(run);
    else await store.postpone(owned(run), run.steps, backoffSeconds(attempts));
    return undefined;
  };

  const forward = async (run: Run): Promise<Completed | undefined> => {
    for (const step of stepsBeforePivot) {
      const refusal = await take(run, step);
      if (refusal) {
        await compensate(run, refusal);
        return undefined;
      }
    }
    return (await traced('createOrder', 'internal', {}, () => pivot(run))) ? complete(run) : undefined;
  };

  const tryForward = async (run: Run): Promise<Completed | undefined> => {
    const over = new AbortController();
    run.late = clock.sleep(Math.max(0, remainingMs(run.saga)), over.signal).then(() => {
      throw new Error('there was no answer before the deadline');
    });
    run.late.catch(() => {});
    try {
      return await forward(run);
    } catch (error) {
      // A store that was gone for too long, or a defect of ours: whatever was held is given back by a guarded decision.
      const gone = isInfrastructureFailure(error);
      if (gone) logger.warn({ err: error, saga: run.saga.id }, 'the saga store was gone for too long');
      else logger.error({ err: error, saga: run.saga.id }, 'a checkout failed unexpectedly');
      run.holders = new Set(everyParticipant);
      await compensate(run, gone ? refuse('CHECKOUT_TIMED_OUT', { retryAfter: 1 }) : refuse('INTERNAL'));
      return undefined;
    } finally {
      over.abort(settled);
    }
  };

  const undo = async (run: Run): Promise<void> => {
    const { attempts } = run.saga;
    if (attempts >= MAX_ATTEMPTS) await park(run);
    else await store.republish(owned(run), backoffSeconds(attempts), at());
  };

  return {
    /** Drives a saga that this process owns to its end, or as far as it goes now. Answers what it completed, if it did. */
    async drive(saga: Saga, recovered: boolean): Promise<Completed | undefined> {
      const run: Run = {
        saga,
        steps: saga.steps,
        found: {} as Findings,
        holders: new Set(recovered ? everyParticipant : []),
        late: never,
      };
      if (saga.state === 'pivoted') return complete(run);
      if (saga.state === 'compensating') await undo(run);
      else if (remainingMs(saga) <= 0) await compensate(run, refuse('CHECKOUT_TIMED_OUT', { retryAfter: 1 }));
      else return tryForward(run);
      return undefined;
    },
  };
};

export type SagaRunner = ReturnType<typeof createSagaRunner>;
