import type { Checkout, Quote } from '@shop/sdk/api.ts';
import { formatMoney } from '../../client/money.ts';
import { voucherSentence } from '../cart/reasons.ts';

type Problem = NonNullable<Checkout['problem']>;
type Money = Quote['total'];

/** A change of the cart that would have let the checkout pass. */
export type CartChange = { kind: 'quantity'; sku: string; quantity: number } | { kind: 'voucher'; code: string };

/** What the buyer can do now, with one click. */
export interface Remedy {
  label: string;
  changes: CartChange[];
  /** The total that the label names, which is then the one to be charged. */
  total?: Money;
}

export interface Refusal {
  /** Why, in plain words, a sentence a thing. */
  sentences: string[];
  /** The likeliest first. */
  remedies: Remedy[];
  /** An account would have helped. */
  wantsSignIn?: boolean;
}

/** Names a SKU as the buyer knows it: "Trail Mug in Blue". */
export type NameOf = (sku: string) => string;

interface Shortage {
  sku: string;
  requested: number;
  available: number;
}

/** `errors` as the kind of problem has them (api.md); what is not as it should be is left out. */
const entriesOf = <T>(problem: Problem, isEntry: (entry: Record<string, unknown>) => boolean): T[] =>
  (problem.errors ?? []).filter(isEntry) as T[];

const isMoney = (value: unknown): value is Money =>
  typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;

const shortageSentence = ({ sku, requested, available }: Shortage, nameOf: NameOf): string =>
  available === 0
    ? `Someone was quicker: ${nameOf(sku)} is sold out.`
    : `${nameOf(sku)}: only ${available} left, and you asked for ${requested}.`;

const set = (sku: string, quantity: number): CartChange => ({ kind: 'quantity', sku, quantity });

const outOfStock = (problem: Problem, nameOf: NameOf, lines: number): Refusal => {
  const shortages = entriesOf<Shortage>(
    problem,
    ({ sku, available }) => typeof sku === 'string' && typeof available === 'number',
  );
  const sentences = shortages.map((shortage) => shortageSentence(shortage, nameOf));
  const [first] = shortages;
  const keepsNothing = shortages.length >= lines && shortages.every(({ available }) => available === 0);
  const remedies: Remedy[] = [];
  if (shortages.length === 1 && first) {
    if (first.available > 0)
      remedies.push({ label: `Take ${first.available} instead`, changes: [set(first.sku, first.available)] });
    remedies.push({ label: lines > 1 ? 'Remove it and order the rest' : 'Remove it', changes: [set(first.sku, 0)] });
  } else if (shortages.length > 1 && !keepsNothing) {
    remedies.push({ label: 'Take what is left', changes: shortages.map(({ sku, available }) => set(sku, available)) });
  }
  return { sentences, remedies };
};

const voucherRejected = (problem: Problem): Refusal => {
  const rejected = entriesOf<{ code: string; reason: string }>(problem, ({ code }) => typeof code === 'string');
  const codes = rejected.map(({ code }) => code);
  return {
    sentences: rejected.map(({ code, reason }) => voucherSentence(code, reason)),
    remedies: [
      { label: `Order without ${codes.join(' and ')}`, changes: codes.map((code) => ({ kind: 'voucher', code })) },
    ],
    wantsSignIn: rejected.some(({ reason }) => reason === 'SIGN_IN_REQUIRED'),
  };
};

const priceChanged = (problem: Problem, nameOf: NameOf): Refusal => {
  const changes = entriesOf<{ sku: string; was: Money; now: Money }>(
    problem,
    ({ was, now }) => isMoney(was) && isMoney(now),
  );
  return {
    sentences: changes.map(
      ({ sku, was, now }) =>
        `${nameOf(sku)} costs ${formatMoney(now)} now; it was ${formatMoney(was)} when you added it.`,
    ),
    remedies: [{ label: changes.length > 1 ? 'Order at the new prices' : 'Order at the new price', changes: [] }],
  };
};

const totalChanged = (problem: Problem): Refusal => {
  const [change] = entriesOf<{ expected: Money; actual: Money }>(problem, ({ actual }) => isMoney(actual));
  if (!change)
    return { sentences: ['The total is not the one that you saw.'], remedies: [{ label: 'Try again', changes: [] }] };
  const { expected, actual } = change;
  return {
    sentences: [`The total is ${formatMoney(actual)} now; you saw ${formatMoney(expected)}.`],
    remedies: [{ label: `Order for ${formatMoney(actual)}`, changes: [], total: actual }],
  };
};

const unavailable = (problem: Problem, nameOf: NameOf, lines: number): Refusal => {
  const skus = entriesOf<{ sku: string }>(problem, ({ sku }) => typeof sku === 'string').map(({ sku }) => sku);
  return {
    sentences: skus.map((sku) => `${nameOf(sku)} is no longer sold.`),
    remedies: [
      {
        label: skus.length < lines ? 'Remove it and order the rest' : 'Remove it',
        changes: skus.map((sku) => set(sku, 0)),
      },
    ],
  };
};

const again: Remedy[] = [{ label: 'Try again', changes: [] }];

/** Why a checkout was refused and what can be done about it; `lines` is how many different things were in the cart. */
export const refusalOf = (problem: Problem, nameOf: NameOf, lines: number): Refusal => {
  switch (problem.code) {
    case 'OUT_OF_STOCK':
      return outOfStock(problem, nameOf, lines);
    case 'VOUCHER_REJECTED':
      return voucherRejected(problem);
    case 'PRICE_CHANGED':
      return priceChanged(problem, nameOf);
    case 'TOTAL_CHANGED':
      return totalChanged(problem);
    case 'PRODUCT_UNAVAILABLE':
      return unavailable(problem, nameOf, lines);
    case 'CART_EMPTY':
      return { sentences: ['There was nothing in your cart.'], remedies: [] };
    case 'CHECKOUT_TIMED_OUT':
      return { sentences: ['A part of the shop did not answer in time.'], remedies: again };
    default:
      return { sentences: ['Something went wrong on our side.'], remedies: again };
  }
};
