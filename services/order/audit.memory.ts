import { MAX_ATTEMPTS } from './domain.ts';
import type { MemoryOrders, OrderRow } from './tables.memory.ts';

/** The breaches that recovery.postgres.ts looks for, in the same sentences. */
export const audit = (data: MemoryOrders, now: Date): string[] => [
  ...breachesOfSagas(data, now),
  ...breachesOfCheckouts(data),
  ...[...data.orders.all()].flatMap((row) => breachesOfOrder(data, row)),
];

const breachesOfSagas = ({ sagas }: MemoryOrders, now: Date): string[] => {
  const old = new Date(now.getTime() - MAX_ATTEMPTS * 60_000).toISOString();
  return [...sagas.all()].flatMap(({ saga: { id, state, direction, attempts, createdAt } }) => {
    if (state === 'parked')
      return [`saga ${id} is parked, and waits for an operator to push it ${direction === 'undo' ? 'back' : 'on'}`];
    const isOpen = state === 'running' || state === 'pivoted' || state === 'compensating';
    return isOpen && createdAt < old ? [`saga ${id} is ${state} after ${attempts} attempts`] : [];
  });
};

const breachesOfCheckouts = ({ sagas, orders }: MemoryOrders): string[] => {
  const placed = new Map([...orders.all()].map(({ order }) => [order.checkoutId, order]));
  return [...sagas.all()].flatMap(({ saga: { id, kind, state } }) => {
    if (kind !== 'checkout') return [];
    const order = placed.get(id);
    if (state === 'completed' && (!order || order.status === 'created'))
      return [`completed checkout ${id} has no order`];
    if ((state === 'compensating' || state === 'compensated') && order)
      return [`checkout ${id} was rolled back, yet has an order`];
    return [];
  });
};

const breachesOfOrder = ({ sagaOfOrder }: MemoryOrders, { order }: OrderRow): string[] => {
  const { id, status, total, discountTotal, lines, vouchers } = order;
  const sum = (amounts: readonly number[]) => amounts.reduce((all, amount) => all + amount, 0);
  const addsUp =
    total === sum(lines.map((line) => line.total)) &&
    discountTotal === sum(lines.map((line) => line.discount)) &&
    discountTotal === sum(vouchers.map(({ amount }) => amount));
  return [
    ...(addsUp ? [] : [`order ${id} does not add up`]),
    ...(status === 'cancelled' && !sagaOfOrder.has(`${id} cancel`) ? [`cancelled order ${id} has no cancel`] : []),
  ];
};
