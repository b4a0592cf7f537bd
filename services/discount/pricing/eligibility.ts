import type { Role, VoucherRejection } from '@shop/contracts/commands.ts';
import { currenciesOf, type Voucher } from '../domain.ts';

/** A voucher that somebody wants to use. */
export interface Candidate {
  voucher: Voucher;
  /** Live redemptions of this voucher by this user; looked at only where there is a `perUserLimit`. */
  usedByUser: number;
}

/** What a voucher's conditions are held against. */
export interface Circumstances {
  user: { id: string; role: Role };
  currency: string;
  /** Of the whole cart, before discounts. */
  subtotal: number;
  now: Date;
}

type Rule = (candidate: Candidate, circumstances: Circumstances) => boolean;

/**
 * Why a voucher can't be used, the first that holds: what no change of the cart cures comes first, so a caller that
 * sees a later reason knows that none of the earlier ones stands behind it. `UNKNOWN` comes before all of these,
 * `NOT_COMBINABLE` and then `NOT_APPLICABLE` after them, for they depend on the vouchers applied before.
 */
const rules: readonly (readonly [VoucherRejection, Rule])[] = [
  ['INACTIVE', ({ voucher }) => !voucher.active],
  ['EXPIRED', ({ voucher }, { now }) => voucher.endsAt !== undefined && voucher.endsAt <= now.toISOString()],
  ['NOT_STARTED', ({ voucher }, { now }) => voucher.startsAt !== undefined && voucher.startsAt > now.toISOString()],
  ['WRONG_CURRENCY', ({ voucher }, { currency }) => currenciesOf(voucher).some((own) => own !== currency)],
  ['USAGE_LIMIT', ({ voucher }) => voucher.usageLimit !== undefined && voucher.used >= voucher.usageLimit],
  ['SIGN_IN_REQUIRED', ({ voucher }, { user }) => voucher.perUserLimit !== undefined && user.role === 'guest'],
  ['WRONG_USER', ({ voucher }, { user }) => voucher.userIds !== undefined && !voucher.userIds.includes(user.id)],
  [
    'PER_USER_LIMIT',
    ({ voucher, usedByUser }) => voucher.perUserLimit !== undefined && usedByUser >= voucher.perUserLimit,
  ],
  ['MIN_SUBTOTAL', ({ voucher }, { subtotal }) => subtotal < (voucher.minSubtotal?.amount ?? 0)],
];

/** Why this voucher can't be used here whatever other vouchers do, or undefined when it can. */
export const obstacleTo = (candidate: Candidate, circumstances: Circumstances): VoucherRejection | undefined =>
  rules.find(([, holds]) => holds(candidate, circumstances))?.[0];

/**
 * Whether `USAGE_LIMIT` is what everybody is told of this voucher: none of the reasons before it looks at who asks, or
 * at the cart but for its currency.
 */
export const isExhausted = (candidate: Candidate, now: Date, currency: string): boolean =>
  obstacleTo(candidate, { user: { id: '', role: 'customer' }, currency, subtotal: 0, now }) === 'USAGE_LIMIT';
