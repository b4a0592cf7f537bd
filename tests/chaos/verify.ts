import type { History, Lines, Purchase } from './history.ts';
import type { Stall } from './keeper.ts';
import { spelled } from './shopper.ts';

/** A checkout as the order service has stored it, with its order if there is one. */
export interface StoredCheckout {
  id: string;
  userId: string;
  key: string;
  state: string;
  problem: string | null;
  orderId: string | null;
  status: string | null;
  lines: { sku: string; quantity: number }[] | null;
  vouchers: { code: string; amount: number }[] | null;
}

/** What the databases hold after a run, as far as clients can know of it. */
export interface Stored {
  checkouts: StoredCheckout[];
  /** Units on hand, and held by checkouts, by SKU. */
  stock: Record<string, { onHand: number; reserved: number }>;
}

const linesOf = ({ lines }: StoredCheckout): Lines => {
  const sums: Lines = {};
  for (const { sku, quantity } of lines ?? []) sums[sku] = (sums[sku] ?? 0) + quantity;
  return sums;
};

const tell = ({ state, problem, orderId, status }: StoredCheckout): string =>
  `${state}${problem ? ` (${problem})` : ''}${orderId ? ` with order ${orderId} (${status})` : ' without an order'}`;

/** What a completed checkout was told, against what is stored. */
const lostOfCompleted = (bought: Purchase, stored: StoredCheckout, orderId: string): string[] => {
  const { key, cancel, lines } = bought;
  const lost: string[] = [];
  if (stored.state !== 'completed' || stored.orderId !== orderId)
    lost.push(`key ${key} was told order ${orderId}, and is stored as ${tell(stored)}`);
  const expected =
    cancel === undefined ? ['confirmed'] : cancel === 'asked' ? ['confirmed', 'cancelled'] : ['cancelled'];
  if (!expected.includes(stored.status ?? ''))
    lost.push(`order ${orderId} should be ${expected.join(' or ')}, and is ${stored.status}`);
  if (lines && spelled(lines) !== spelled(linesOf(stored)))
    lost.push(`order ${orderId} is for ${spelled(linesOf(stored))}, and the cart held ${spelled(lines)}`);
  return lost;
};

const lostOf = (bought: Purchase, stored: StoredCheckout | undefined): string[] => {
  const { key, outcome, userId } = bought;
  if (!stored) return outcome ? [`key ${key} was told ${JSON.stringify(outcome)}, and nothing is stored for it`] : [];
  if (stored.userId !== userId) return [`key ${key} of ${userId} is stored for ${stored.userId}`];
  if (!outcome)
    return stored.orderId ? [`key ${key} used up no key, as was told, and is stored as ${tell(stored)}`] : [];
  if (outcome.kind === 'completed') return lostOfCompleted(bought, stored, outcome.orderId);
  if (stored.state === 'compensated' && stored.problem === outcome.code && !stored.orderId) return [];
  return [`key ${key} was told ${outcome.code}, and is stored as ${tell(stored)}`];
};

const isLive = ({ status }: StoredCheckout): boolean => status !== null && status !== 'cancelled';

/** Stock by what came in and went out, as clients know it: each SKU whose books say something else. */
const stockThatDiffers = (history: History, stall: Stall, { checkouts, stock }: Stored): string[] => {
  const expected = { ...stall.stock };
  const add = (sku: string, by: number) => {
    expected[sku] = (expected[sku] ?? 0) + by;
  };
  for (const { sku, delta, outcome } of history.adjustments) if (outcome === 'applied') add(sku, delta);
  for (const checkout of checkouts.filter(isLive))
    for (const [sku, quantity] of Object.entries(linesOf(checkout))) add(sku, -quantity);
  return Object.entries(expected).flatMap(([sku, units]) => {
    const { onHand, reserved } = stock[sku] ?? { onHand: Number.NaN, reserved: 0 };
    return [
      ...(onHand === units ? [] : [`${sku}: ${onHand} on hand, and ${units} by what came in and was bought`]),
      ...(reserved === 0 ? [] : [`${sku}: ${reserved} are held, and nobody is buying`]),
    ];
  });
};

/** Vouchers that were used beyond their limits, by the orders that count. */
const usedTooOften = (stall: Stall, { checkouts }: Stored): string[] =>
  stall.vouchers.flatMap(({ code, limit = Number.POSITIVE_INFINITY, perUser = Number.POSITIVE_INFINITY }) => {
    const uses = checkouts.filter((one) => isLive(one) && one.vouchers?.some((voucher) => voucher.code === code));
    const ofUsers = [...Map.groupBy(uses, ({ userId }) => userId)];
    return [
      ...(uses.length > limit ? [`voucher ${code}: ${uses.length} uses of ${limit}`] : []),
      ...ofUsers
        .filter(([, some]) => some.length > perUser)
        .map(([user, some]) => `voucher ${code}: ${some.length} uses by ${user} of ${perUser}`),
    ];
  });

/**
 * Everything that clients were told and that is not so, or that is there and nobody asked for, in sentences; empty is
 * well. Pure: `history` is what clients saw, `stored` what the databases hold when all has come to rest.
 */
export const verify = (history: History, stall: Stall, stored: Stored): string[] => {
  const byKey = new Map(stored.checkouts.map((checkout) => [checkout.key, checkout]));
  const asked = new Set(history.purchases.map(({ key }) => key));
  return [
    ...history.purchases.flatMap((bought) => lostOf(bought, byKey.get(bought.key))),
    ...stored.checkouts
      .filter(({ key }) => !asked.has(key))
      .map((checkout) => `nobody asked for checkout ${checkout.id} of ${checkout.userId}: ${tell(checkout)}`),
    ...stockThatDiffers(history, stall, stored),
    ...usedTooOften(stall, stored),
  ];
};
