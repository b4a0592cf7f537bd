import { factOf, type Redemption, type Voucher, type VoucherTerms } from './domain.ts';
import type { VoucherStore } from './store.ts';
import {
  liveUses,
  type MemoryDiscount,
  type MemoryDiscountDeps,
  putVoucher,
  type RedemptionRow,
  type VoucherRow,
  voucherOf,
} from './tables.memory.ts';

export const createVoucherStore = ({ data, outbox }: Omit<MemoryDiscountDeps, 'ids'>): VoucherStore => {
  const { db, vouchers, redemptions } = data;
  return {
    async create(terms) {
      const made = db.atomically(() => {
        if (vouchers.has(terms.code)) return undefined;
        const voucher = write(data, terms, { used: 0, version: 1 });
        outbox.append([{ type: 'discount.created', key: voucher.code, data: factOf(voucher) }]);
        return voucher;
      });
      if (made) outbox.nudge();
      return made;
    },

    async find(code) {
      const row = vouchers.get(code);
      return row && voucherOf(row);
    },

    list: async (after, limit) =>
      [...vouchers.all()]
        .filter(({ code }) => code > (after ?? ''))
        .sort((a, b) => (a.code < b.code ? -1 : 1))
        .slice(0, limit)
        .map(voucherOf),

    async change(version, terms) {
      const changed = db.atomically(() => {
        const row = vouchers.get(terms.code);
        if (row?.version !== version) return 'stale';
        if (holdsMoreThan(data, row, terms)) return 'limitBelowUsed';
        const voucher = write(data, terms, { used: row.used, version: version + 1 });
        outbox.append([{ type: 'discount.updated', key: voucher.code, data: factOf(voucher) }]);
        return voucher;
      });
      if (typeof changed !== 'string') outbox.nudge();
      return changed;
    },

    async redemptions(code, after, limit) {
      const start = after && { redeemedAt: Date.parse(after.redeemedAt), id: after.id };
      return [...redemptions.all()]
        .filter((row) => row.code === code && (!start || newestFirst(start, row) < 0))
        .sort(newestFirst)
        .slice(0, limit)
        .map(redemptionOf);
    },
  };
};

const write = (data: MemoryDiscount, terms: VoucherTerms, counts: Pick<Voucher, 'used' | 'version'>): Voucher => {
  const { code, active, usageLimit, perUserLimit } = terms;
  const row: VoucherRow = { code, active, usageLimit, perUserLimit, ...counts, terms: JSON.stringify(terms) };
  putVoucher(data, row);
  return voucherOf(row);
};

/** Whether it, or one user, holds more uses than the new limits allow. */
const holdsMoreThan = (data: MemoryDiscount, { code, used }: VoucherRow, terms: VoucherTerms): boolean => {
  const { usageLimit = Number.POSITIVE_INFINITY, perUserLimit = Number.POSITIVE_INFINITY } = terms;
  const perUser = Map.groupBy(liveUses(data, code), ({ userId }) => userId);
  return used > usageLimit || [...perUser.values()].some((uses) => uses.length > perUserLimit);
};

type Place = Pick<RedemptionRow, 'redeemedAt' | 'id'>;

const newestFirst = (a: Place, b: Place): number =>
  b.redeemedAt - a.redeemedAt || (a.id < b.id ? 1 : -Number(a.id > b.id));

const redemptionOf = (row: RedemptionRow): Redemption => ({
  id: row.id,
  code: row.code,
  userId: row.userId,
  orderId: row.orderId,
  amount: { amount: row.amount, currency: row.currency },
  redeemedAt: new Date(row.redeemedAt).toISOString(),
  ...(row.releasedAt !== null && { releasedAt: new Date(row.releasedAt).toISOString() }),
});
