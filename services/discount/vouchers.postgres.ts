import type { Outbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Postgres, Tx } from '@shop/platform/postgres/postgres.ts';
import { sql } from 'kysely';
import { factOf, type Redemption, type Voucher, type VoucherTerms } from './domain.ts';
import type { RedemptionPosition, VoucherStore } from './store.ts';
import { columnsOf, type DiscountTables, type RedemptionRow, voucherOf } from './tables.postgres.ts';

interface Deps {
  pg: Postgres<DiscountTables>;
  outbox: Outbox;
}

export const createVoucherStore = ({ pg, outbox }: Deps): VoucherStore => ({
  create: (terms) => pg.transaction((tx) => create(tx, outbox, terms)),

  async find(code) {
    const row = await pg.kysely.selectFrom('vouchers').selectAll().where('code', '=', code).executeTakeFirst();
    return row && voucherOf(row);
  },

  async list(after, limit) {
    const rows = await pg.kysely
      .selectFrom('vouchers')
      .selectAll()
      .where('code', '>', after ?? '')
      .orderBy('code')
      .limit(limit)
      .execute();
    return rows.map(voucherOf);
  },

  change: (version, terms) => pg.transaction((tx) => change(tx, outbox, version, terms)),

  async redemptions(code, after, limit) {
    const rows = await pg.kysely
      .selectFrom('redemptions')
      .selectAll()
      .where('code', '=', code)
      .$if(after !== undefined, (query) => query.where(isAfter(after)))
      .orderBy('redeemed_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(redemptionOf);
  },
});

const create = async (tx: Tx<DiscountTables>, outbox: Outbox, terms: VoucherTerms) => {
  const row = await tx.kysely
    .insertInto('vouchers')
    .values(columnsOf(terms))
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (!row) return undefined;
  const voucher = voucherOf(row);
  await outbox.append(tx, [{ type: 'discount.created', key: voucher.code, data: factOf(voucher) }]);
  return voucher;
};

/** Nobody holds more uses than the new limit. True only for a limit that is there. */
const noUserHoldsMoreThan = (code: string, limit: number | null) => sql<boolean>`
  (${limit}::integer is null or not exists (
    select 1 from redemptions where code = ${code} and released_at is null group by user_id having count(*) > ${limit}
  ))`;

const change = async (
  tx: Tx<DiscountTables>,
  outbox: Outbox,
  version: number,
  terms: VoucherTerms,
): Promise<Voucher | 'stale' | 'limitBelowUsed'> => {
  const columns = columnsOf(terms);
  // Redemptions wait for this row: what the guards below count can't change before the update commits.
  const locked = await tx.kysely
    .selectFrom('vouchers')
    .select('version')
    .where('code', '=', terms.code)
    .where('version', '=', version)
    .forUpdate()
    .executeTakeFirst();
  if (!locked) return 'stale';
  const row = await tx.kysely
    .updateTable('vouchers')
    .set({ ...columns, version: version + 1 })
    .where('code', '=', terms.code)
    .where('version', '=', version)
    .where(sql<boolean>`(${columns.usage_limit}::integer is null or used <= ${columns.usage_limit})`)
    .where(noUserHoldsMoreThan(terms.code, columns.per_user_limit))
    .returningAll()
    .executeTakeFirst();
  if (!row) return 'limitBelowUsed';
  const voucher = voucherOf(row);
  await outbox.append(tx, [{ type: 'discount.updated', key: voucher.code, data: factOf(voucher) }]);
  return voucher;
};

const isAfter = (position: RedemptionPosition | undefined) =>
  sql<boolean>`(redeemed_at, id) < (${position?.redeemedAt ?? null}::timestamptz, ${position?.id ?? null}::uuid)`;

const redemptionOf = (row: RedemptionRow): Redemption => ({
  id: row.id,
  code: row.code,
  userId: row.user_id,
  orderId: row.order_id,
  amount: { amount: row.amount, currency: row.currency },
  redeemedAt: row.redeemed_at.toISOString(),
  ...(row.released_at && { releasedAt: row.released_at.toISOString() }),
});
