import { copyOf } from '@shop/platform/memory/copy.ts';
import { currentTrace } from '@shop/platform/telemetry/context.ts';
import { type Order, orderCreated, type Saga } from './domain.ts';
import { endingAt, finishCheckout } from './ending.memory.ts';
import type { Intent, Owned, SagaStore } from './store.ts';
import { decide, insertSaga, type MemoryOrderDeps, newestFirst, type SagaRow, toSaga } from './tables.memory.ts';

type Decisions = Pick<
  SagaStore,
  'begin' | 'find' | 'findByKey' | 'settle' | 'list' | 'pivot' | 'compensate' | 'finish' | 'postpone'
>;

/** The writes of a checkout under way, each one step guarded by the owner's epoch. */
export const sagaDecisions = (deps: MemoryOrderDeps): Decisions => {
  const { data, outbox, clock, changed } = deps;
  const { db, sagas } = data;
  const inSeconds = (seconds: number) => clock.now().getTime() + seconds * 1_000;
  const nameOf = (userId: string, key: string) => JSON.stringify([userId, key]);

  /** The saga while its owner may decide on it in this state. */
  const guarded = ({ id, epoch }: Owned, state: Saga['state']): SagaRow | undefined => {
    const row = sagas.get(id);
    return row?.saga.epoch === epoch && row.saga.state === state ? row : undefined;
  };
  const find: Decisions['find'] = async (id) => {
    const row = sagas.get(id);
    return row && toSaga(row);
  };

  return {
    find,
    settle: find,
    findByKey: async (userId, key) => find(data.sagaOfKey.get(nameOf(userId, key)) ?? ''),

    async begin(intent) {
      const traceparent = currentTrace();
      return db.atomically(() => {
        const key = nameOf(intent.userId, intent.idempotencyKey);
        const first = sagas.get(data.sagaOfKey.get(key) ?? '');
        if (first) return { saga: toSaga(first), isNew: false };
        // The watchdog: whatever happens to its owner, the saga is looked at again after its deadline.
        const row = { saga: { ...begun(intent), traceparent }, owner: intent.owner, nextAt: inSeconds(12) };
        insertSaga(data, row);
        data.sagaOfKey.set(key, intent.id);
        return { saga: toSaga(row), isNew: true };
      });
    },

    list: async ({ state, after, limit }) =>
      [...sagas.all()]
        .filter(({ saga }) => !state || state.includes(saga.state))
        .filter(({ saga }) => !after || newestFirst(after, saga) < 0)
        .sort((a, b) => newestFirst(a.saga, b.saga))
        .slice(0, limit)
        .map(toSaga),

    async pivot(owned, steps, order) {
      const stamp = outbox.stamp(new Date(order.createdAt));
      const placed = db.atomically(() => {
        const row = guarded(owned, 'running');
        if (!row) return false;
        const { saga } = decide(data, row, { state: 'pivoted', steps, attempts: 0 }, { nextAt: inSeconds(8) });
        const number = place(deps, saga, order);
        outbox.emit(stamp, { ...orderCreated({ ...order, number }), key: saga.orderId });
        return true;
      });
      // Watchers are shown the pivot by its owner; nobody waits for it, so nobody needs to read the row for it.
      if (placed) outbox.nudge();
      return placed;
    },

    async compensate(owned, { problem, participants, steps, at }) {
      const stamp = outbox.stamp(new Date(at));
      const decided = db.atomically(() => {
        const row = guarded(owned, 'running');
        if (!row) return undefined;
        const ends = participants.length === 0;
        const patch = { direction: 'undo', participants, steps, problem, attempts: 1 } as const;
        const compensated = ends
          ? decide(data, row, { ...patch, state: 'compensated', finishedAt: at }, { nextAt: null })
          : decide(data, row, { ...patch, state: 'compensating' }, { nextAt: inSeconds(2) });
        const { id: sagaId, orderId, userId, version } = compensated.saga;
        const said = {
          sagaId,
          orderId,
          userId,
          kind: 'rollback',
          reason: problem.code,
          participants,
          version,
        } as const;
        if (!ends) outbox.emit(stamp, { type: 'order.cancelled', key: orderId, data: said });
        return toSaga(compensated);
      });
      if (decided) {
        outbox.nudge();
        changed(owned.id);
      }
      return decided;
    },

    async finish(owned, steps, at) {
      const ending = endingAt(deps, at);
      const ended = db.atomically(() => {
        const row = guarded(owned, 'pivoted');
        return row?.saga.kind === 'checkout' ? finishCheckout(deps, row, steps, ending) : undefined;
      });
      if (!ended) return undefined;
      outbox.nudge();
      changed(owned.id);
      return ended;
    },

    async postpone(owned, steps, delaySeconds) {
      const row = guarded(owned, 'pivoted');
      if (!row) return false;
      decide(data, row, { steps, attempts: row.saga.attempts + 1 }, { nextAt: inSeconds(delaySeconds) });
      changed(owned.id);
      return true;
    },
  };
};

const begun = ({ id, userId, role, requestHash, request, orderId, deadline, createdAt }: Intent): Saga => ({
  ...{ id, kind: 'checkout', userId, role, requestHash, request, orderId, state: 'running', direction: 'forward' },
  ...{ epoch: 1, deadline, steps: [], problem: null, participants: [], undone: [], attempts: 0, version: 1 },
  ...{ createdAt, finishedAt: null, traceparent: null },
});

/** Stores the order of a saga under the next number, and answers that. */
const place = ({ data: { orders } }: MemoryOrderDeps, saga: Saga, order: Omit<Order, 'number'>): string => {
  const { cancelRequested: _, ...fields } = order;
  const number = String(100_001 + orders.size());
  if (orders.has(saga.orderId)) throw new Error(`orders_pkey: there is an order ${saga.orderId} already`);
  const own = { id: saga.orderId, number, userId: saga.userId, checkoutId: saga.id, status: 'created' } as const;
  orders.set(saga.orderId, { order: copyOf({ ...fields, ...own, version: 1 }), cancelRequested: null });
  return number;
};
