import type { Money } from '@shop/contracts/money.ts';
import type { ColumnType, Generated } from 'kysely';
import type { Deal, Scope, Voucher, VoucherTerms } from './domain.ts';

type Json<T> = ColumnType<T, string, string>;
type NullableJson<T> = ColumnType<T | null, string | null, string | null>;
type Moment = ColumnType<Date | null, string | null, string | null>;

export interface VoucherRow {
  code: string;
  type: Deal['type'];
  value: Json<Deal['value']>;
  scope: Json<Scope>;
  min_subtotal: NullableJson<Money>;
  usage_limit: number | null;
  per_user_limit: number | null;
  user_ids: string[] | null;
  starts_at: Moment;
  ends_at: Moment;
  combinable: boolean;
  priority: number;
  active: boolean;
  used: Generated<number>;
  version: Generated<number>;
}

export interface RedemptionRow {
  id: string;
  code: string;
  saga_id: string;
  order_id: string;
  user_id: string;
  amount: number;
  currency: string;
  redeemed_at: Date;
  released_at: Date | null;
}

export interface DiscountTables {
  vouchers: VoucherRow;
  redemptions: RedemptionRow;
}

/** A voucher's row as a query answers it; moments are text where the row was read as JSON. */
export interface ReadVoucher {
  code: string;
  type: Deal['type'];
  value: Deal['value'];
  scope: Scope;
  min_subtotal: Money | null;
  usage_limit: number | null;
  per_user_limit: number | null;
  user_ids: string[] | null;
  starts_at: Date | string | null;
  ends_at: Date | string | null;
  combinable: boolean;
  priority: number;
  active: boolean;
  used: number;
  version: number;
}

export const voucherOf = (row: ReadVoucher): Voucher => ({
  code: row.code,
  // The row was written from a Deal: its value fits its type.
  ...({ type: row.type, value: row.value } as Deal),
  scope: row.scope,
  ...(row.min_subtotal && { minSubtotal: row.min_subtotal }),
  ...(row.usage_limit !== null && { usageLimit: row.usage_limit }),
  ...(row.per_user_limit !== null && { perUserLimit: row.per_user_limit }),
  ...(row.user_ids && { userIds: row.user_ids }),
  ...(row.starts_at !== null && { startsAt: new Date(row.starts_at).toISOString() }),
  ...(row.ends_at !== null && { endsAt: new Date(row.ends_at).toISOString() }),
  combinable: row.combinable,
  priority: row.priority,
  active: row.active,
  used: row.used,
  version: row.version,
});

/** Everything that the terms say, as columns. */
export const columnsOf = (terms: VoucherTerms) => ({
  code: terms.code,
  type: terms.type,
  value: JSON.stringify(terms.value),
  scope: JSON.stringify(terms.scope),
  min_subtotal: terms.minSubtotal ? JSON.stringify(terms.minSubtotal) : null,
  usage_limit: terms.usageLimit ?? null,
  per_user_limit: terms.perUserLimit ?? null,
  user_ids: terms.userIds ?? null,
  starts_at: terms.startsAt ?? null,
  ends_at: terms.endsAt ?? null,
  combinable: terms.combinable,
  priority: terms.priority,
  active: terms.active,
});
