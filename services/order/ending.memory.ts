import type { Participant } from '@shop/contracts/commands.ts';
import type { Stamp } from '@shop/platform/messaging/memory-outbox.ts';
import { type Order, type Saga, type Step, stepOf } from './domain.ts';
import type { Finished } from './store.ts';
import {
  changeOrder,
  decide,
  insertSaga,
  type MemoryOrderDeps,
  type OrderRow,
  type SagaRow,
  toOrder,
} from './tables.memory.ts';

/** The ids of what `finish_checkout` and `cancel_order` of migrations/ may write. */
export interface Ending {
  confirmed: Stamp;
  cancelSaga: string;
  cancelled: Stamp;
  at: string;
}

/** Takes the ids for an ending from the work at hand, whether or not all of them will be needed. */
export const endingAt = ({ outbox, ids }: Pick<MemoryOrderDeps, 'outbox' | 'ids'>, at: string): Ending => {
  const confirmed = outbox.stamp(new Date(at));
  const cancelSaga = ids.uuid();
  return { confirmed, cancelSaga, cancelled: outbox.stamp(new Date(at)), at };
};

/** The saga's last write: completed, the order confirmed, and a cancel that was asked for meanwhile begun. */
export const finishCheckout = (deps: MemoryOrderDeps, row: SagaRow, steps: Step[], ending: Ending): Finished => {
  const { data, outbox } = deps;
  const { at } = ending;
  const { saga } = decide(
    data,
    row,
    { state: 'completed', direction: 'forward', steps, finishedAt: at },
    { nextAt: null },
  );
  const placed = data.orders.get(saga.orderId);
  if (placed?.order.status !== 'created') throw new Error(`order.confirmed has no version: ${saga.orderId}`);
  const entry = { status: 'confirmed', at, by: 'checkout' } as const;
  const confirmed = changeOrder(data, placed, { status: 'confirmed', history: [...placed.order.history, entry] });
  const { id: sagaId, orderId, userId } = saga;
  const said = { orderId, sagaId, userId, version: confirmed.order.version };
  outbox.emit(ending.confirmed, { type: 'order.confirmed', key: orderId, data: said });
  const left = confirmed.cancelRequested
    ? cancelConfirmed(deps, confirmed, confirmed.cancelRequested, ending)
    : confirmed;
  return { order: toOrder(left), version: saga.version };
};

/** Cancels an order that is confirmed: its status, the saga that sees the undo through, and the event, together. Answers it. */
export const cancelConfirmed = (
  { data, outbox, clock }: MemoryOrderDeps,
  row: OrderRow,
  { by, reason }: { by: string; reason?: string },
  { cancelSaga, cancelled, at }: Omit<Ending, 'confirmed'>,
): OrderRow => {
  const entry: Order['history'][number] = { status: 'cancelled', at, by, ...(reason !== undefined && { reason }) };
  const history = [...row.order.history, entry];
  const after = changeOrder(data, row, { status: 'cancelled', history }, null);
  const { order } = after;
  const { id: orderId, checkoutId: sagaId, userId, version } = order;
  // Discount gives back only where a voucher was redeemed.
  const participants: Participant[] = order.vouchers.length > 0 ? ['inventory', 'discount'] : ['inventory'];
  const nextAt = clock.now().getTime() + 2_000;
  const saga = cancelOf(order, { id: cancelSaga, participants, at, traceparent: cancelled.traceparent });
  insertSaga(data, { saga, owner: null, nextAt });
  outbox.emit(cancelled, {
    type: 'order.cancelled',
    key: orderId,
    data: { sagaId, orderId, userId, kind: 'cancel', reason: reason ?? 'cancelled', participants, version },
  });
  return after;
};

const cancelOf = (
  { id: orderId, userId }: Pick<Order, 'id' | 'userId'>,
  { at, ...own }: Pick<Saga, 'id' | 'participants' | 'traceparent'> & { at: string },
): Saga => ({
  ...own,
  ...{ kind: 'cancel', userId, role: 'customer', requestHash: null, request: {}, orderId },
  ...{ state: 'compensating', direction: 'undo', epoch: 1, problem: null, undone: [], attempts: 1, version: 1 },
  ...{ deadline: at, createdAt: at, finishedAt: null },
  steps: own.participants.map((participant) => ({
    name: stepOf[participant],
    ...{ direction: 'undo', status: 'running', attempts: 1, startedAt: at, finishedAt: null },
  })),
});
