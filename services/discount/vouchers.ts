import type { Refusal } from '@shop/contracts/problems.ts';
import { refuse } from '@shop/contracts/problems.ts';
import {
  changed,
  currenciesOf,
  faultsOf,
  type NewVoucher,
  type Redemption,
  termsOf,
  type Voucher,
  type VoucherChange,
  type VoucherTerms,
} from './domain.ts';
import type { DiscountStore, RedemptionPosition } from './store.ts';

export interface VoucherDeskDeps {
  store: Pick<DiscountStore, 'vouchers'>;
  /** The one currency that the shop sells in. */
  currency: string;
}

type Missing = Refusal<'VOUCHER_NOT_FOUND'>;
export type Invalid = Refusal<'VALIDATION_FAILED' | 'CURRENCY_UNSUPPORTED'>;

/** What the makers of vouchers do. `code` is in the one spelling that `voucherCodeOf` gives. */
export interface VoucherDesk {
  create(draft: NewVoucher): Promise<Voucher | Invalid | Refusal<'VOUCHER_EXISTS'>>;
  find(code: string): Promise<Voucher | Missing>;
  /** By code, those after `after`. */
  list(after: string | undefined, limit: number): Promise<Voucher[]>;
  /** Changes some terms; `ifMatch` is the version that the caller has seen. */
  change(
    code: string,
    change: VoucherChange,
    ifMatch: number | undefined,
  ): Promise<Voucher | Missing | Invalid | Refusal<'VERSION_CONFLICT' | 'LIMIT_BELOW_USED'>>;
  /** Nobody can use the voucher from now on; a repeat changes nothing. Redemptions stay. */
  stop(code: string, ifMatch: number | undefined): Promise<undefined | Missing | Refusal<'VERSION_CONFLICT'>>;
  /** Newest first. */
  redemptions(code: string, after: RedemptionPosition | undefined, limit: number): Promise<Redemption[] | Missing>;
}

/** How often a change without `If-Match` is made anew because somebody else's came first. */
const attempts = 5;

export const createVoucherDesk = ({ store: { vouchers }, currency }: VoucherDeskDeps): VoucherDesk => ({
  async create(draft) {
    const terms = termsOf(draft);
    return invalid(terms, currency) ?? (await vouchers.create(terms)) ?? refuse('VOUCHER_EXISTS');
  },

  async find(code) {
    return (await vouchers.find(code)) ?? refuse('VOUCHER_NOT_FOUND');
  },

  list: vouchers.list,

  async change(code, change, ifMatch) {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const current = await vouchers.find(code);
      if (!current) return refuse('VOUCHER_NOT_FOUND');
      if (ifMatch !== undefined && ifMatch !== current.version) return refuse('VERSION_CONFLICT');
      const { used, version, ...terms } = current;
      const next = changed(terms, change);
      const fault = invalid(next, currency);
      if (fault) return fault;
      const outcome = await vouchers.change(version, next);
      if (outcome === 'limitBelowUsed') return limitBelowUsed(used);
      if (outcome !== 'stale') return outcome;
    }
    return refuse('VERSION_CONFLICT');
  },

  async stop(code, ifMatch) {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const current = await vouchers.find(code);
      if (!current) return refuse('VOUCHER_NOT_FOUND');
      if (ifMatch !== undefined && ifMatch !== current.version) return refuse('VERSION_CONFLICT');
      if (!current.active) return undefined;
      const { used: _, version, ...terms } = current;
      if (typeof (await vouchers.change(version, { ...terms, active: false })) !== 'string') return undefined;
    }
    return refuse('VERSION_CONFLICT');
  },

  async redemptions(code, after, limit) {
    return (await vouchers.find(code)) ? vouchers.redemptions(code, after, limit) : refuse('VOUCHER_NOT_FOUND');
  },
});

/** A refusal of terms that don't hold together, or whose money the shop doesn't take. */
export const invalid = (terms: VoucherTerms, currency: string): Invalid | undefined => {
  const faults = faultsOf(terms);
  if (faults.length > 0)
    return refuse('VALIDATION_FAILED', {
      detail: `In body: ${faults.map(({ message }) => message).join('; ')}.`,
      errors: faults.map((fault) => ({ in: 'body', ...fault })),
    });
  const foreign = currenciesOf(terms).find((own) => own !== currency);
  return foreign
    ? refuse('CURRENCY_UNSUPPORTED', { detail: `The shop sells in ${currency}, not in ${foreign}.` })
    : undefined;
};

const limitBelowUsed = (used: number): Refusal<'LIMIT_BELOW_USED'> =>
  refuse('LIMIT_BELOW_USED', {
    detail: `It was used ${used} times; neither limit may be below what is used, by all or by one user.`,
  });
