import { money } from '@shop/contracts/money.ts';
import { problemBody } from '@shop/contracts/problem-body.ts';
import type { Order, Saga, Step } from './domain.ts';

/** A saga may learn its end from an event while a step waits for a reply that got lost: the step has ended with it. */
const stepsOf = ({ steps, state, finishedAt }: Saga): Step[] => {
  if (state !== 'completed' && state !== 'compensated') return steps;
  const isDone = ({ direction }: Step) => state === 'completed' || direction === 'undo';
  return steps.map((step) =>
    step.finishedAt === null ? { ...step, status: isDone(step) ? 'done' : 'failed', finishedAt } : step,
  );
};

/** A saga as callers see it; an operator sees cancels beside checkouts, told apart by `kind`. */
export const checkoutView = (saga: Saga) => ({
  id: saga.id,
  kind: saga.kind,
  userId: saga.userId,
  status: saga.state === 'pivoted' ? ('running' as const) : saga.state,
  orderId: saga.orderId,
  steps: stepsOf(saga),
  ...(saga.problem ? { problem: problemBody(saga.problem) } : {}),
  createdAt: saga.createdAt,
  finishedAt: saga.finishedAt,
});

export const orderView = (order: Order) => {
  const price = (amount: number) => money(amount, order.currency);
  const { lines, vouchers, subtotal, discountTotal, total, currency: _currency, cancelRequested, ...rest } = order;
  return {
    ...rest,
    lines: lines.map((line) => ({
      ...line,
      unitPrice: price(line.unitPrice),
      discount: price(line.discount),
      total: price(line.total),
    })),
    vouchers: vouchers.map(({ code, amount }) => ({ code, amount: price(amount) })),
    subtotal: price(subtotal),
    discountTotal: price(discountTotal),
    total: price(total),
    ...(cancelRequested ? { cancelRequested } : {}),
  };
};
