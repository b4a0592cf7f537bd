import type { Order, Saga } from './domain.ts';

/** A row of `sagas` as `to_jsonb` answers it, but for its dates. */
export interface SagaRow {
  id: string;
  kind: Saga['kind'];
  user_id: string;
  role: Saga['role'];
  request_hash: string | null;
  request: Saga['request'];
  order_id: string;
  state: Saga['state'];
  direction: Saga['direction'];
  epoch: number;
  deadline: Date;
  steps: Saga['steps'];
  problem: Saga['problem'];
  participants: Saga['participants'];
  undone: Saga['undone'];
  attempts: number;
  created_at: Date;
  finished_at: Date | null;
  version: number;
  traceparent: string | null;
}

export const toSaga = (row: SagaRow): Saga => ({
  id: row.id,
  kind: row.kind,
  userId: row.user_id,
  role: row.role,
  requestHash: row.request_hash,
  request: row.request,
  orderId: row.order_id,
  state: row.state,
  direction: row.direction,
  epoch: row.epoch,
  deadline: row.deadline.toISOString(),
  steps: row.steps,
  problem: row.problem,
  participants: row.participants,
  undone: row.undone,
  attempts: row.attempts,
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
  version: row.version,
  traceparent: row.traceparent,
});

export interface OrderRow {
  id: string;
  number: string;
  user_id: string;
  checkout_id: string;
  status: Order['status'];
  currency: string;
  subtotal: number;
  discount_total: number;
  total: number;
  body: Pick<Order, 'lines' | 'vouchers' | 'contact' | 'shippingAddress'>;
  history: Order['history'];
  cancel_requested: string | null;
  created_at: Date;
  version: number;
}

export const toOrder = (row: OrderRow): Order => ({
  id: row.id,
  number: row.number,
  userId: row.user_id,
  checkoutId: row.checkout_id,
  status: row.status,
  currency: row.currency,
  ...row.body,
  subtotal: Number(row.subtotal),
  discountTotal: Number(row.discount_total),
  total: Number(row.total),
  history: row.history,
  cancelRequested: row.cancel_requested !== null,
  createdAt: row.created_at.toISOString(),
  version: row.version,
});
