import type { ProblemCode } from '@shop/contracts/problems.ts';
import type { CheckoutRequest, Order, Saga } from '@shop/order/domain.ts';
import type { Answer } from './network.ts';
import type { Shopper } from './plan.ts';

/** What became of a request as its client knows: done, refused so that nothing was done, or unknown. */
export type Known = 'done' | 'refused' | 'unknown';

export const known = (answer: Answer): Known =>
  answer.kind === 'answered' ? 'done' : answer.kind === 'refused' ? 'refused' : 'unknown';

/** An answer to a checkout. */
export interface CheckoutAnswer {
  userId: string;
  key: string;
  /** `final`: this is what the key has come to for good. */
  outcome:
    | { kind: 'completed'; saga: Saga; order: Order }
    | { kind: 'pending'; saga: Saga }
    | { kind: 'refused'; code: ProblemCode; checkoutId?: string }
    | { kind: 'unknown' };
  role: 'guest' | 'customer';
  request: CheckoutRequest;
}

/** Units that a person put into carts: what is stored in the end lies between the two. */
interface Bounds {
  least: number;
  most: number;
}

/** What all clients were told, in the order in which they were told it. */
export interface Ledger {
  /** Who owns a cart: guests who may sign in are the same person as their account. */
  personOf(userId: string): string;
  /** Units by person and SKU. */
  units: Map<string, Bounds>;
  /** Person and SKU whose units were also set or taken out: they are not counted. */
  uncounted: Set<string>;
  /** Versions of carts that somebody was told they had made, by user. */
  versions: Map<string, Set<number>>;
  checkouts: CheckoutAnswer[];
  /** Orders whose cancel was acknowledged, or refused because they had left. */
  cancels: { orderId: string; known: Known; code?: ProblemCode }[];
  advances: { orderId: string; to: 'shipped' | 'delivered' }[];
  /** Units put on the shelf by SKU. */
  adjusted: Map<string, Bounds>;
  /** Every price that a SKU may ever have had. */
  prices: Map<string, Set<number>>;
  /** Prices that a person was shown of a SKU; whoever missed an answer is not asked. */
  shown: Map<string, Set<number>>;
  missedAnswers: Set<string>;
  breaches: string[];
}

export const createLedger = (shoppers: readonly Shopper[]): Ledger => {
  const persons = new Map<string, string>();
  for (const { user, account, actions } of shoppers)
    if (actions.some((action) => action.do === 'sign in')) persons.set(user.id, account);
  return {
    personOf: (userId) => persons.get(userId) ?? userId,
    units: new Map(),
    uncounted: new Set(),
    versions: new Map(),
    checkouts: [],
    cancels: [],
    advances: [],
    adjusted: new Map(),
    prices: new Map(),
    shown: new Map(),
    missedAnswers: new Set(),
    breaches: [],
  };
};

export const widen = (bounds: Map<string, Bounds>, key: string, units: number, outcome: Known): void => {
  if (outcome === 'refused') return;
  const { least, most } = bounds.get(key) ?? { least: 0, most: 0 };
  const isSure = outcome === 'done';
  bounds.set(key, {
    least: least + (isSure ? units : Math.min(0, units)),
    most: most + (isSure ? units : Math.max(0, units)),
  });
};

export const noteInSet = <Value>(sets: Map<string, Set<Value>>, key: string, value: Value): void => {
  const set = sets.get(key);
  if (set) set.add(value);
  else sets.set(key, new Set([value]));
};
