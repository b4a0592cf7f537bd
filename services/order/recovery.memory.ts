import { audit } from './audit.memory.ts';
import { answerAgain, type Saga, type Step, stepOf, verdictFor } from './domain.ts';
import { endingAt, finishCheckout } from './ending.memory.ts';
import type { SagaStore } from './store.ts';
import { decide, type MemoryOrderDeps, type MemoryOrders, type SagaRow, toOrder, toSaga } from './tables.memory.ts';

type Recovery = Pick<
  SagaStore,
  | 'finishByFact'
  | 'republish'
  | 'park'
  | 'unpark'
  | 'answered'
  | 'answerQuestion'
  | 'heartbeat'
  | 'resign'
  | 'claim'
  | 'audit'
>;

/** A silent owner's sagas are taken over after this; its heartbeat comes every second. */
const leaseMs = 3_000;
const dayMs = 24 * 60 * 60 * 1000;

/** What brings a saga to its end after its request is gone: answers, questions, leases and operators. */
export const recoverySteps = (deps: MemoryOrderDeps): Recovery => {
  const { data, outbox, clock, changed } = deps;
  const { db, sagas, owners } = data;
  const now = () => clock.now().getTime();
  /** Tells of what a step has decided, if it has. */
  const told = (row: SagaRow | undefined): Saga | undefined => {
    if (!row) return undefined;
    changed(row.saga.id);
    return toSaga(row);
  };

  return {
    async finishByFact(id, at) {
      const ending = endingAt(deps, at);
      const ended = db.atomically(() => {
        const row = sagas.get(id);
        if (row?.saga.kind !== 'checkout' || !isGivenUp(row.saga)) return false;
        finishCheckout(deps, row, row.saga.steps, ending);
        return true;
      });
      if (!ended) return false;
      outbox.nudge();
      changed(id);
      return true;
    },

    async republish({ id, epoch }, delaySeconds, at) {
      const stamp = outbox.stamp(new Date(at));
      const again = db.atomically(() => {
        const row = sagas.get(id);
        if (row?.saga.epoch !== epoch || row.saga.state !== 'compensating') return undefined;
        const patch = { steps: stepsRepeated(row.saga.steps), attempts: row.saga.attempts + 1 };
        const repeated = decide(data, row, patch, { nextAt: now() + delaySeconds * 1_000 });
        outbox.emit(stamp, undoAgain(data, repeated.saga));
        return repeated;
      });
      if (!told(again)) return false;
      outbox.nudge();
      return true;
    },

    async park({ id, epoch }) {
      const row = sagas.get(id);
      const mayPark = row?.saga.epoch === epoch && ['pivoted', 'compensating'].includes(row.saga.state);
      return told(mayPark ? decide(data, row, { state: 'parked' }, { nextAt: null }) : undefined);
    },

    async unpark(id) {
      const row = sagas.get(id);
      if (row?.saga.state !== 'parked') return undefined;
      const state = row.saga.direction === 'undo' ? 'compensating' : 'pivoted';
      const patch = { state, epoch: row.saga.epoch + 1, attempts: 1 } as const;
      return told(decide(data, row, patch, { owner: null, nextAt: now() }));
    },

    async answered({ sagaId, orderId, kind, participant, at }) {
      // A cancel is a saga of its own; its order leads to it, since what participants hold is named by the checkout.
      const row = sagas.get(kind === 'cancel' ? (data.sagaOfOrder.get(`${orderId} cancel`) ?? '') : sagaId);
      if (row?.saga.kind !== (kind === 'cancel' ? 'cancel' : 'checkout')) return;
      const { state, direction, participants, undone: before, steps } = row.saga;
      if (direction !== 'undo' || (state !== 'compensating' && state !== 'parked')) return;
      if (!participants.includes(participant) || before.includes(participant)) return;
      const undone = [...before, participant];
      const patch = { undone, steps: stepsAnswered(steps, stepOf[participant], at) };
      const isLast = participants.every((one) => undone.includes(one));
      told(
        isLast
          ? decide(data, row, { ...patch, state: 'compensated', finishedAt: at }, { nextAt: null })
          : decide(data, row, patch),
      );
    },

    async answerQuestion(question) {
      const answer = db.atomically(() => {
        const row = sagas.get(question.sagaId);
        const saga = row?.saga.kind === 'checkout' ? toSaga(row) : undefined;
        const placed = [...data.orders.all()].find(({ order }) => order.checkoutId === question.sagaId);
        const order = placed && toOrder(placed);
        if (verdictFor(saga, order, question.participant) === 'wait') return false;
        outbox.append([answerAgain(question, saga, order)]);
        return true;
      });
      if (answer) outbox.nudge();
    },

    async heartbeat(owner) {
      owners.set(owner, { id: owner, heartbeatAt: now() });
    },

    async resign(owner) {
      for (const { id, heartbeatAt } of [...owners.all()])
        if (id === owner || heartbeatAt < now() - dayMs) owners.delete(id);
    },

    async claim(owner, limit) {
      const isAlive = (other: string | null) => (owners.get(other ?? '')?.heartbeatAt ?? 0) > now() - leaseMs;
      const due = [...sagas.all()]
        .filter(({ saga: { state } }) => ['running', 'pivoted', 'compensating'].includes(state))
        .filter((row) => nextOf(row) <= now() || (row.saga.state !== 'compensating' && !isAlive(row.owner)))
        .sort((a, b) => nextOf(a) - nextOf(b) || byId(a, b))
        .slice(0, limit);
      const claimed = due.map((row): SagaRow => {
        const saga = { ...row.saga, epoch: row.saga.epoch + 1 };
        return { saga, owner, nextAt: now() + 15_000 };
      });
      for (const row of claimed) sagas.set(row.saga.id, row);
      return claimed.sort(byId).map(toSaga);
    },

    audit: async () => audit(data, clock.now()),
  };
};

const nextOf = ({ nextAt }: SagaRow): number => nextAt ?? Number.POSITIVE_INFINITY;
const byId = (a: SagaRow, b: SagaRow): number => (a.saga.id < b.saga.id ? -1 : 1);

/** Whether the owner of a checkout after its pivot has left it to the recovery, or to an operator. */
const isGivenUp = ({ state, direction, attempts }: Saga): boolean =>
  (state === 'parked' && direction === 'forward') || (state === 'pivoted' && attempts > 0);

/** The event of an undo once more, for those who have not answered. */
const undoAgain = ({ orders }: MemoryOrders, saga: Saga) => {
  const order = saga.kind === 'cancel' ? orders.get(saga.orderId)?.order : undefined;
  return {
    type: 'order.cancelled' as const,
    key: saga.orderId,
    data: {
      sagaId: order?.checkoutId ?? saga.id,
      orderId: saga.orderId,
      userId: saga.userId,
      kind: saga.kind === 'cancel' ? ('cancel' as const) : ('rollback' as const),
      reason: saga.problem?.code ?? 'cancelled',
      participants: saga.participants.filter((participant) => !saga.undone.includes(participant)),
      version: order?.version ?? saga.version,
    },
  };
};

/** The steps after a participant has answered: its undo is done, what it held is undone. */
const stepsAnswered = (steps: readonly Step[], name: Step['name'], at: string): Step[] =>
  steps.map((step) => {
    if (step.name !== name) return step;
    if (step.direction === 'undo') return { ...step, status: 'done', finishedAt: at };
    return ['done', 'running', 'failed'].includes(step.status) ? { ...step, status: 'undone' } : step;
  });

/** The steps when an undo is published once more: those who have not answered are asked again. */
const stepsRepeated = (steps: readonly Step[]): Step[] =>
  steps.map((step) =>
    step.direction === 'undo' && step.status === 'running' ? { ...step, attempts: step.attempts + 1 } : step,
  );
