import type { CartSnapshot, Quote } from '@shop/contracts/commands.ts';
import { plainQuote } from '@shop/contracts/quote.ts';
import { countingIds } from '@shop/platform/testing/time.ts';
import { placeOrder, type Saga } from '../domain.ts';
import type { Intent, SagaStore } from '../store.ts';

const ids = countingIds();

export const START = '2026-03-01T12:00:00.000Z';

export const snapshot: CartSnapshot = {
  cartNo: 1,
  currency: 'USD',
  lines: [
    { sku: 'MUG', productId: '01900000-0000-7000-8000-0000000000aa', title: 'Mug', quantity: 2, unitPrice: 1400 },
  ],
  vouchers: [],
};

export const intent = (fields: Partial<Intent> = {}): Intent => ({
  id: ids.uuid(),
  orderId: ids.uuid(),
  userId: ids.uuid(),
  role: 'customer',
  idempotencyKey: ids.uuid(),
  requestHash: 'hash',
  request: {},
  owner: 'process-1',
  deadline: new Date(Date.parse(START) + 10_000).toISOString(),
  createdAt: START,
  ...fields,
});

/** A saga that has just begun. */
export const begun = async (store: SagaStore, fields: Partial<Intent> = {}): Promise<Saga> => {
  const { saga } = await store.begin(intent(fields));
  return saga;
};

/** Takes a saga through its pivot; `vouchers` were redeemed for nothing, only their names matter. */
export const pivoted = async (
  store: SagaStore,
  fields: Partial<Intent> = {},
  vouchers: string[] = [],
): Promise<Saga> => {
  const saga = await begun(store, fields);
  const quote: Quote = {
    ...plainQuote(snapshot.lines, 'USD'),
    discounts: vouchers.map((code) => ({ code, amount: 0 })),
  };
  await store.pivot(saga, [], placeOrder(saga, snapshot, quote, START));
  return saga;
};
