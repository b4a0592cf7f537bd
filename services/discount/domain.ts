import type { VoucherFact } from '@shop/contracts/events.ts';
import type { Money } from '@shop/contracts/money.ts';

/** What a voucher is about: types and decisions, nothing else. Prices are made in `pricing/`. */

/** Of each full group of `buy + get` units, the `get` cheapest cost `percentOff` basis points less. */
export interface BuyXGetY {
  buy: number;
  get: number;
  percentOff: number;
}

/** What a voucher gives: basis points (1500 = 15 %), money, or units. */
export type Deal =
  | { type: 'percentage'; value: number }
  | { type: 'fixed_amount'; value: Money }
  | { type: 'buy_x_get_y'; value: BuyXGetY };

/** Which lines a voucher works on; categories are compared without regard to case. */
export type Scope = { kind: 'order' } | { kind: 'products' | 'skus' | 'categories'; ids: string[] };

interface Conditions {
  scope: Scope;
  /** Of the whole cart, before discounts. */
  minSubtotal?: Money;
  usageLimit?: number;
  perUserLimit?: number;
  userIds?: string[];
  /** ISO 8601 UTC, inclusive. */
  startsAt?: string;
  /** ISO 8601 UTC, exclusive. */
  endsAt?: string;
  combinable: boolean;
  /** The lowest is applied first. */
  priority: number;
  active: boolean;
}

/** Everything of a voucher that its maker decides. */
export type VoucherTerms = Deal & Conditions & { code: string };

export type Voucher = VoucherTerms & {
  /** Redemptions that were not given back. */
  used: number;
  version: number;
};

/** New terms in part; null takes an optional condition away. */
export type VoucherChange = Partial<
  { type: Deal['type']; value: Deal['value'] } & {
    [Key in keyof Conditions]: undefined extends Conditions[Key] ? Conditions[Key] | null : Conditions[Key];
  }
>;

/** A voucher as it was used by an order. */
export interface Redemption {
  id: string;
  code: string;
  userId: string;
  orderId: string;
  amount: Money;
  redeemedAt: string;
  releasedAt?: string;
}

export const byCode = (a: { code: string }, b: { code: string }): number =>
  a.code < b.code ? -1 : Number(a.code > b.code);

/** The order in which vouchers are applied. */
export const byPriority = (a: VoucherTerms, b: VoucherTerms): number => a.priority - b.priority || byCode(a, b);

/** Something wrong with terms that each field's own schema can't see. */
export interface Fault {
  path: string;
  message: string;
}

const valueFitsType = ({ type, value }: Deal): boolean => {
  if (type === 'percentage') return typeof value === 'number';
  if (typeof value !== 'object') return false;
  return type === 'fixed_amount' ? 'amount' in value : 'buy' in value;
};

/** What is wrong between the fields of a voucher; `[]` when nothing is. */
export const faultsOf = (terms: VoucherTerms): Fault[] => {
  const faults: Fault[] = [];
  if (!valueFitsType(terms)) faults.push({ path: 'value', message: `value does not fit the type ${terms.type}` });
  if (terms.startsAt && terms.endsAt && terms.startsAt >= terms.endsAt) {
    faults.push({ path: 'endsAt', message: 'endsAt must be after startsAt' });
  }
  return faults;
};

/** The currencies that a voucher's own money is in. */
export const currenciesOf = (terms: VoucherTerms): string[] => [
  ...(terms.type === 'fixed_amount' ? [terms.value.currency] : []),
  ...(terms.minSubtotal ? [terms.minSubtotal.currency] : []),
];

const lowerCase = (ids: readonly string[]): string[] => ids.map((id) => id.toLowerCase());

/** One spelling for moments and UUIDs, so that they compare as text. */
const inOneSpelling = (terms: VoucherTerms): VoucherTerms => ({
  ...terms,
  ...(terms.startsAt && { startsAt: new Date(terms.startsAt).toISOString() }),
  ...(terms.endsAt && { endsAt: new Date(terms.endsAt).toISOString() }),
  ...(terms.userIds && { userIds: lowerCase(terms.userIds) }),
  ...(terms.scope.kind === 'products' && { scope: { kind: 'products', ids: lowerCase(terms.scope.ids) } }),
});

/** What a maker may leave out. */
export type NewVoucher = Deal &
  Omit<Conditions, 'combinable' | 'priority' | 'active'> & { code: string } & Partial<
    Pick<Conditions, 'combinable' | 'priority' | 'active'>
  >;

export const termsOf = (draft: NewVoucher): VoucherTerms =>
  inOneSpelling({ combinable: true, priority: 100, active: true, ...draft });

/** The terms after a change. Whether they hold together is for `faultsOf` to say, also whether the value fits the type. */
export const changed = (current: VoucherTerms, change: VoucherChange): VoucherTerms => {
  const merged = Object.entries({ ...current, ...change }).filter(([, value]) => value !== null && value !== undefined);
  return inOneSpelling(Object.fromEntries(merged) as unknown as VoucherTerms);
};

/** What others are told of a voucher. */
export const factOf = ({ code, type, active, version }: Voucher): VoucherFact => ({ code, type, active, version });

/** An application that is older than this asks what became of its checkout. */
export const askAfterMs = 60_000;
const longestAskMs = 3_600_000;

/** How long to wait for an answer before asking again, after `asked` questions: doubling, an hour at most. */
export const askAgainMs = (asked: number): number => Math.min(askAfterMs * 2 ** Math.min(asked, 10), longestAskMs);
