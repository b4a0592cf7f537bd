import { type Refusal, refuse } from '@shop/contracts/problems.ts';
import { onceInMemory } from '@shop/platform/memory/idempotency.ts';
import { notAdvanced } from './domain.ts';
import { cancelConfirmed } from './ending.memory.ts';
import type { CancelRequest, OrderStore } from './store.ts';
import { changeOrder, type MemoryOrderDeps, newestFirst, toOrder } from './tables.memory.ts';

export const orderStore = (deps: MemoryOrderDeps): OrderStore => {
  const { data, outbox, ids } = deps;
  const { db, orders, keys } = data;

  /** Decides about a wish to cancel; answers whether it was granted. */
  const cancel = ({
    orderId,
    by,
    reason,
    at,
  }: CancelRequest): { granted: true } | Refusal<'ORDER_NOT_FOUND' | 'NOT_CANCELLABLE'> => {
    const row = orders.get(orderId);
    if (!row || (by.role !== 'admin' && row.order.userId !== by.id)) return refuse('ORDER_NOT_FOUND');
    const { status, number } = row.order;
    if (status === 'shipped' || status === 'delivered')
      return refuse('NOT_CANCELLABLE', { detail: `Order ${number} is ${status} already.` });
    if (status === 'created' && !row.cancelRequested) changeOrder(data, row, {}, { by: by.id, reason });
    if (status === 'confirmed') {
      const cancelSaga = ids.uuid();
      const cancelled = outbox.stamp(new Date(at));
      cancelConfirmed(deps, row, { by: by.id, reason }, { cancelSaga, cancelled, at });
    }
    return { granted: true };
  };

  return {
    async findOrder(id) {
      const row = orders.get(id);
      return row && toOrder(row);
    },

    listOrders: async ({ number, userId, status, after, limit }) =>
      [...orders.all()]
        .filter(({ order }) => number === undefined || order.number === number)
        .filter(({ order }) => userId === undefined || order.userId === userId)
        .filter(({ order }) => status === undefined || order.status === status)
        .filter(({ order }) => !after || newestFirst(after, order) < 0)
        .sort((a, b) => newestFirst(a.order, b.order))
        .slice(0, limit)
        .map(toOrder),

    async cancelOrder(request) {
      const { orderId, by, idempotencyKey: key, requestHash, at } = request;
      const waiting = data.outbox.events.size();
      const reply = db.atomically(() => {
        const outcome = key
          ? onceInMemory(keys, { userId: by.id, key, requestHash, now: new Date(at) }, () => cancel(request))
          : cancel(request);
        if (!('granted' in outcome)) return outcome;
        const row = orders.get(orderId);
        return row ? toOrder(row) : refuse('ORDER_NOT_FOUND');
      });
      // A wish that is only noted, or refused, has told nothing.
      if (data.outbox.events.size() > waiting) outbox.nudge();
      return reply;
    },

    async advanceOrder(id, to, by, at) {
      const stamp = outbox.stamp(new Date(at));
      const from = to === 'shipped' ? 'confirmed' : 'shipped';
      const before = orders.get(id);
      if (before?.order.status !== from) return notAdvanced(before && toOrder(before), to);
      const order = db.atomically(() => {
        const history = [...before.order.history, { status: to, at, by }];
        const advanced = changeOrder(data, before, { status: to, history });
        const { checkoutId: sagaId, userId, version } = advanced.order;
        outbox.emit(stamp, { type: `order.${to}`, key: id, data: { orderId: id, sagaId, userId, version } });
        return toOrder(advanced);
      });
      outbox.nudge();
      return order;
    },
  };
};
