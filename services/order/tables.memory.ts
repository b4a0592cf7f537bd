import { copyOf } from '@shop/platform/memory/copy.ts';
import { createMemoryDatabase, type MemoryDatabase, type MemoryTable } from '@shop/platform/memory/database.ts';
import type { MemoryKeys } from '@shop/platform/memory/idempotency.ts';
import { type MemoryOutbox, type MemoryOutboxData, memoryOutboxData } from '@shop/platform/messaging/memory-outbox.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import type { Order, Saga } from './domain.ts';

/** A saga, and what only the store looks at. */
export interface SagaRow {
  readonly saga: Readonly<Saga>;
  readonly owner: string | null;
  /** When it is looked at again, in epoch milliseconds; null when there is no need to. */
  readonly nextAt: number | null;
}

/** An order, and the cancel that was asked for before it was confirmed. */
export interface OrderRow {
  readonly order: Readonly<Omit<Order, 'cancelRequested'>>;
  readonly cancelRequested: Readonly<{ by: string; reason?: string }> | null;
}

/** The tables of migrations/ in memory. */
export interface MemoryOrders {
  db: MemoryDatabase;
  sagas: MemoryTable<string, SagaRow>;
  /** The unique indexes: ids of sagas by user and key, and by order and kind. */
  sagaOfKey: MemoryTable<string, string>;
  sagaOfOrder: MemoryTable<string, string>;
  orders: MemoryTable<string, OrderRow>;
  /** When each process said last that it lives, in epoch milliseconds. */
  owners: MemoryTable<string, { id: string; heartbeatAt: number }>;
  keys: MemoryKeys;
  outbox: MemoryOutboxData;
}

export const createMemoryOrders = (): MemoryOrders => {
  const db = createMemoryDatabase();
  return {
    ...{ db, sagas: db.table(), sagaOfKey: db.table(), sagaOfOrder: db.table(), orders: db.table() },
    ...{ owners: db.table(), keys: db.table(), outbox: memoryOutboxData(db) },
  };
};

/** What the steps of this store stand on. */
export interface MemoryOrderDeps {
  data: MemoryOrders;
  outbox: MemoryOutbox;
  clock: Clock;
  ids: Ids;
  /** Told of every saga whose stored state has changed. */
  changed: (sagaId: string) => void;
}

export const toSaga = ({ saga }: SagaRow): Saga => copyOf(saga);

export const toOrder = ({ order, cancelRequested }: OrderRow): Order =>
  copyOf({ ...order, cancelRequested: cancelRequested !== null });

/** Stores a saga that is new; its order has no other of its kind. */
export const insertSaga = ({ sagas, sagaOfOrder }: MemoryOrders, { saga, ...row }: SagaRow): void => {
  const place = `${saga.orderId} ${saga.kind}`;
  if (sagas.has(saga.id) || sagaOfOrder.has(place)) throw new Error(`sagas_order: ${saga.kind} ${saga.id} is not new`);
  sagas.set(saga.id, { ...row, saga: copyOf(saga) });
  sagaOfOrder.set(place, saga.id);
};

/** Stores a decision about a saga, its version one up; answers the row as it is now. */
export const decide = (
  { sagas }: MemoryOrders,
  before: SagaRow,
  patch: Partial<Saga>,
  more: Partial<Pick<SagaRow, 'owner' | 'nextAt'>> = {},
): SagaRow => {
  const saga = { ...before.saga, ...copyOf(patch), version: before.saga.version + 1 };
  const row = { ...before, ...more, saga };
  sagas.set(saga.id, row);
  return row;
};

/** Stores a change of an order, its version one up; answers the row as it is now. */
export const changeOrder = (
  { orders }: MemoryOrders,
  before: OrderRow,
  patch: Partial<OrderRow['order']>,
  cancelRequested = before.cancelRequested,
): OrderRow => {
  const order = { ...before.order, ...copyOf(patch), version: before.order.version + 1 };
  const row = { order, cancelRequested };
  orders.set(order.id, row);
  return row;
};

/** The place of a row in a list that runs newest first. */
interface Placed {
  createdAt: string;
  id: string;
}

/** Newest first, ties by falling id. */
export const newestFirst = (a: Placed, b: Placed): number =>
  a.createdAt === b.createdAt ? compare(b.id, a.id) : compare(b.createdAt, a.createdAt);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
