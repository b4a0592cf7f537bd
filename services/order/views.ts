import { money } from '@shop/contracts/money.ts';
import { problemBody } from '@shop/contracts/problem-body.ts';
import type { Order, Saga } from './domain.ts';

/** A saga as callers see it; an operator sees cancels beside checkouts, told apart by `kind`. */
export const checkoutView = (saga: Saga) => ({
  id: saga.id,
  kind: saga.kind,
  userId: saga.userId,
  status: saga.state === 'pivoted' ? ('running' as const) : saga.state,
  orderId: saga.orderId,
  steps: saga.steps,
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
