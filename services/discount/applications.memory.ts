import { askAfterMs, askAgainMs, byCode } from './domain.ts';
import { redemptionExpired } from './events.ts';
import type { ApplicationStore, PricingFacts, PricingQuestion, Redeeming, RedeemOutcome } from './store.ts';
import {
  type Application,
  liveUses,
  type MemoryDiscount,
  type MemoryDiscountDeps,
  putVoucher,
  voucherOf,
} from './tables.memory.ts';

export const createApplicationStore = ({ data, outbox, ids }: MemoryDiscountDeps): ApplicationStore => {
  const { db, applications } = data;
  return {
    facts: async (question) => factsOf(data, question),

    async redeem(redeeming) {
      const { saga, quote, now } = redeeming;
      const taken = [...quote.discounts].sort(byCode).map((discount) => ({ id: ids.uuid(), ...discount }));
      const stamp = outbox.stamp(now);
      const reply = db.atomically((): RedeemOutcome => {
        const before = outcomeBefore(data, saga.sagaId);
        if (before) return before;
        if (!isAsPriced(data, redeeming)) return { outcome: 'stale' };
        take(data, redeeming, taken);
        const { sagaId, orderId, userId } = saga;
        const said = { sagaId, orderId, userId, vouchers: quote.discounts, version: 1 };
        outbox.emit(stamp, { type: 'discount.applied', key: orderId, data: said });
        return { outcome: 'redeemed' };
      });
      if (reply.outcome === 'redeemed') outbox.nudge();
      return reply;
    },

    async askAboutExpired(limit, now) {
      const waiting = db.atomically(() => {
        const asking = longWaiting(data, now, limit).map((row) => {
          const asked = row.asked + 1;
          return { ...row, asked, version: row.version + 1, nextAskAt: now.getTime() + askAgainMs(asked) };
        });
        for (const row of asking) applications.set(row.sagaId, row);
        outbox.append(asking.map(redemptionExpired));
        return asking.length;
      });
      if (waiting > 0) outbox.nudge();
      return waiting;
    },
  };
};

const factsOf = (data: MemoryDiscount, { codes, productIds, userId, sagaId }: PricingQuestion): PricingFacts => {
  const candidates = [...new Set(codes)]
    .flatMap((code) => data.vouchers.get(code) ?? [])
    .map((row) => ({
      voucher: voucherOf(row),
      usedByUser: row.perUserLimit === undefined ? 0 : liveUses(data, row.code, userId).length,
    }));
  const wanted = candidates.some(({ voucher }) => voucher.scope.kind === 'categories') ? productIds : [];
  const known = wanted.flatMap((id) => data.catalogue.get(id) ?? []);
  const application = sagaId === undefined ? undefined : data.applications.get(sagaId);
  return {
    candidates,
    categories: new Map(known.map(({ productId, category }) => [productId, category])),
    ...(application && {
      application: { released: application.state === 'released', quote: JSON.parse(application.quote ?? 'null') },
    }),
  };
};

/** What this saga has come to; undefined while it is new here. */
const outcomeBefore = ({ applications }: MemoryDiscount, sagaId: string): RedeemOutcome | undefined => {
  const application = applications.get(sagaId);
  if (!application) return undefined;
  if (application.state === 'released') return { outcome: 'undone' };
  if (application.quote === null) throw new Error(`the application of saga ${sagaId} has no quote`);
  return { outcome: 'repeat', quote: JSON.parse(application.quote) };
};

/** Whether every voucher is still what was priced, and has uses left for all and for this user. */
const isAsPriced = (data: MemoryDiscount, { saga, quote, vouchers }: Redeeming): boolean => {
  const versions = new Map(vouchers.map(({ code, version }) => [code, version]));
  return quote.discounts.every(({ code }) => {
    const row = data.vouchers.get(code);
    if (!row?.active || row.version !== versions.get(code)) return false;
    if (row.usageLimit !== undefined && row.used >= row.usageLimit) return false;
    return row.perUserLimit === undefined || liveUses(data, code, saga.userId).length < row.perUserLimit;
  });
};

const take = (
  data: MemoryDiscount,
  { saga: { sagaId, orderId, userId }, quote, now }: Redeeming,
  taken: readonly { id: string; code: string; amount: number }[],
): void => {
  const at = now.getTime();
  data.applications.set(sagaId, {
    ...{ sagaId, orderId, userId, state: 'applied', quote: JSON.stringify(quote), version: 1, asked: 0 },
    nextAskAt: at + askAfterMs,
    createdAt: at,
  });
  for (const { id, code, amount } of taken) {
    const row = data.vouchers.get(code);
    if (!row || amount <= 0) throw new Error(`redemptions_amount_check: ${amount} off for ${code}`);
    putVoucher(data, { ...row, used: row.used + 1 });
    const { currency } = quote;
    data.redemptions.set(id, { id, code, sagaId, orderId, userId, amount, currency, redeemedAt: at, releasedAt: null });
  }
};

type Waiting = Application & { nextAskAt: number };

const longWaiting = ({ applications }: MemoryDiscount, now: Date, limit: number): Waiting[] =>
  [...applications.all()]
    .filter(
      (row): row is Waiting => row.state === 'applied' && row.nextAskAt !== null && row.nextAskAt <= now.getTime(),
    )
    .sort((a, b) => a.nextAskAt - b.nextAskAt || (a.sagaId < b.sagaId ? -1 : 1))
    .slice(0, limit);
