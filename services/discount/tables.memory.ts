import { createMemoryDatabase, type MemoryDatabase, type MemoryTable } from '@shop/platform/memory/database.ts';
import { type MemoryInboxData, memoryInboxData } from '@shop/platform/messaging/memory-inbox.ts';
import { type MemoryOutbox, type MemoryOutboxData, memoryOutboxData } from '@shop/platform/messaging/memory-outbox.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import type { Voucher } from './domain.ts';
import type { KnownProduct } from './store.ts';

/** A voucher: what its maker decided as JSON, and what redeeming looks at. */
export interface VoucherRow
  extends Readonly<Pick<Voucher, 'code' | 'active' | 'usageLimit' | 'perUserLimit' | 'used' | 'version'>> {
  readonly terms: string;
}

/** What a saga holds, or that it may hold nothing any more; moments are epoch milliseconds. */
export interface Application {
  readonly sagaId: string;
  readonly orderId: string;
  readonly userId: string;
  readonly state: 'applied' | 'settled' | 'released';
  /** The quote that was answered, as JSON; null where the undo came first. */
  readonly quote: string | null;
  readonly version: number;
  readonly asked: number;
  readonly nextAskAt: number | null;
  readonly createdAt: number;
}

export interface RedemptionRow {
  readonly id: string;
  readonly code: string;
  readonly sagaId: string;
  readonly orderId: string;
  readonly userId: string;
  readonly amount: number;
  readonly currency: string;
  readonly redeemedAt: number;
  /** Null while it is live and counts in `used`. */
  readonly releasedAt: number | null;
}

/** The tables of migrations/ in memory. */
export interface MemoryDiscount {
  db: MemoryDatabase;
  vouchers: MemoryTable<string, VoucherRow>;
  /** By saga. */
  applications: MemoryTable<string, Application>;
  /** By id. */
  redemptions: MemoryTable<string, RedemptionRow>;
  catalogue: MemoryTable<string, Readonly<KnownProduct> & { readonly version: number }>;
  inbox: MemoryInboxData;
  outbox: MemoryOutboxData;
}

export const createMemoryDiscount = (): MemoryDiscount => {
  const db = createMemoryDatabase();
  return {
    ...{ db, vouchers: db.table(), applications: db.table(), redemptions: db.table(), catalogue: db.table() },
    ...{ inbox: memoryInboxData(db), outbox: memoryOutboxData(db) },
  };
};

/** What the steps of this store stand on. */
export interface MemoryDiscountDeps {
  data: MemoryDiscount;
  outbox: MemoryOutbox;
  ids: Ids;
}

export const voucherOf = ({ terms, used, version }: VoucherRow): Voucher => ({ ...JSON.parse(terms), used, version });

/** The live redemptions of a voucher, those of one user where one is named. */
export const liveUses = ({ redemptions }: MemoryDiscount, code: string, userId?: string): RedemptionRow[] =>
  [...redemptions.all()].filter(
    (row) => row.code === code && row.releasedAt === null && (userId === undefined || row.userId === userId),
  );

export const redemptionsOfSaga = ({ redemptions }: MemoryDiscount, sagaId: string): RedemptionRow[] =>
  [...redemptions.all()].filter((row) => row.sagaId === sagaId);

/** Writes a voucher, never such as the constraints of its table refuse. */
export const putVoucher = ({ vouchers }: MemoryDiscount, row: VoucherRow): void => {
  if (row.used < 0 || row.used > (row.usageLimit ?? Number.POSITIVE_INFINITY)) {
    throw new Error(`voucher_uses_within_limit: ${row.code} has ${row.used} uses of ${row.usageLimit}`);
  }
  vouchers.set(row.code, row);
};
