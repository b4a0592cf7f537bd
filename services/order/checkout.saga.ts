import type {
  CartCommands,
  CartSnapshot,
  DiscountCommands,
  InventoryCommands,
  Participant,
  Quote,
  TimedSagaRef,
} from '@shop/contracts/commands.ts';
import type { Money } from '@shop/contracts/money.ts';
import { isRefusal, type Refusal, refuse } from '@shop/contracts/problems.ts';
import { plainQuote } from '@shop/contracts/quote.ts';
import type { Saga, StepName } from './domain.ts';

export interface CheckoutCommands {
  cart: CartCommands;
  discount: DiscountCommands;
  inventory: InventoryCommands;
}

/** What earlier steps found out; rebuilt by repeating them, since each repeats its first reply. */
export interface Findings {
  snapshot: CartSnapshot;
  quote: Quote;
}

export interface ForwardStep {
  name: StepName;
  /** Who holds something once the command was sent, and undoes it. */
  participant: Participant;
  /** Skipped where this says no. */
  when?: (found: Findings) => boolean;
  /** The idempotent command: its findings, or its refusal. A throw means "outcome unknown". */
  do: (saga: Saga, found: Findings, commands: CheckoutCommands) => Promise<Partial<Findings> | Refusal>;
  /** A decision of ours on what was found. */
  check?: (saga: Saga, found: Findings) => Refusal | undefined;
}

const ref = (saga: Saga): TimedSagaRef => ({
  sagaId: saga.id,
  orderId: saga.orderId,
  userId: saga.userId,
  notAfter: saga.deadline,
});

const lockCart: ForwardStep = {
  name: 'lockCart',
  participant: 'cart',
  async do(saga, _found, { cart }) {
    const reply = await cart.lock(ref(saga));
    if (!reply.ok) return reply;
    return { snapshot: reply.snapshot, quote: plainQuote(reply.snapshot.lines, reply.snapshot.currency) };
  },
};

const applyVouchers: ForwardStep = {
  name: 'applyVouchers',
  participant: 'discount',
  when: ({ snapshot }) => snapshot.vouchers.length > 0,
  async do(saga, { snapshot }, { discount }) {
    const { lines, vouchers: codes, currency } = snapshot;
    const reply = await discount.apply({ ...ref(saga), role: saga.role, currency, lines, codes });
    return reply.ok ? { quote: reply.quote } : reply;
  },
  check: ({ request: { expectedTotal } }, { quote }) => totalChanged(expectedTotal, quote),
};

/** The refusal where a total is expected, and another one is to be paid. */
export const totalChanged = (expected: Money | undefined, quote: Quote): Refusal<'TOTAL_CHANGED'> | undefined => {
  if (!expected || (expected.amount === quote.total && expected.currency === quote.currency)) return undefined;
  const actual = { amount: quote.total, currency: quote.currency };
  return refuse('TOTAL_CHANGED', { errors: [{ expected, actual }] });
};

const reserveInventory: ForwardStep = {
  name: 'reserveInventory',
  participant: 'inventory',
  async do(saga, { snapshot }, { inventory }) {
    const lines = snapshot.lines.map(({ sku, quantity }) => ({ sku, quantity }));
    const reply = await inventory.reserve({ ...ref(saga), lines });
    return isRefusal(reply) ? reply : {};
  },
};

/** Up to the pivot, in order; a new step is a new line. After them: `createOrder` (the pivot), then `completeCart`. */
export const stepsBeforePivot: readonly ForwardStep[] = [lockCart, applyVouchers, reserveInventory];
