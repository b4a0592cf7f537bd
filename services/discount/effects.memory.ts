import type { SagaRef } from '@shop/contracts/commands.ts';
import type { MemoryTx } from '@shop/platform/memory/database.ts';
import { learnIn } from './catalogue.memory.ts';
import { byCode } from './domain.ts';
import type { DiscountEffects } from './store.ts';
import {
  type Application,
  type MemoryDiscount,
  type MemoryDiscountDeps,
  putVoucher,
  redemptionsOfSaga,
} from './tables.memory.ts';

/** What events do, inside the consumer's transaction. */
export const createEffects = ({ data, outbox }: Omit<MemoryDiscountDeps, 'ids'>): DiscountEffects<MemoryTx> => {
  const { applications } = data;
  return {
    async release(tx, saga, kind, now) {
      const stamp = outbox.stamp(now);
      const { sagaId, orderId, userId } = saga;
      tx.write(() => {
        const { version } = release(data, saga, now);
        const vouchers = redemptionsOfSaga(data, sagaId)
          .map(({ code, amount }) => ({ code, amount }))
          .sort(byCode);
        const said = { sagaId, orderId, userId, kind, version, vouchers };
        outbox.emit(stamp, { type: 'discount.released', key: orderId, data: said });
      });
      tx.afterCommit(outbox.nudge);
    },

    // A transaction is one step here: nothing has to be locked, but sagas that may hold nothing any more are noted.
    async lock(tx, sagas, now) {
      tx.write(() => {
        for (const saga of sagas) {
          if (!applications.has(saga.sagaId)) applications.set(saga.sagaId, tombstone(saga, now));
        }
      });
    },

    async settle(tx, sagaId) {
      tx.write(() => {
        const application = applications.get(sagaId);
        if (application?.state !== 'applied') return;
        applications.set(sagaId, { ...application, state: 'settled', nextAskAt: null });
      });
    },

    async learn(tx, product) {
      tx.write(() => learnIn(data, [product]));
    },
  };
};

/** Gives back what a saga holds, if anything; from then on it can't redeem. */
const release = (data: MemoryDiscount, saga: SagaRef, now: Date): Application => {
  const before = data.applications.get(saga.sagaId) ?? tombstone(saga, now);
  const application: Application = { ...before, state: 'released', version: before.version + 1, nextAskAt: null };
  data.applications.set(saga.sagaId, application);
  // Only live redemptions are given back: an undo that comes again finds none.
  for (const redemption of redemptionsOfSaga(data, saga.sagaId)) {
    if (redemption.releasedAt !== null) continue;
    data.redemptions.set(redemption.id, { ...redemption, releasedAt: now.getTime() });
    const voucher = data.vouchers.get(redemption.code);
    if (voucher) putVoucher(data, { ...voucher, used: voucher.used - 1 });
  }
  return application;
};

const tombstone = ({ sagaId, orderId, userId }: SagaRef, now: Date): Application => ({
  ...{ sagaId, orderId, userId, state: 'released', quote: null, version: 0, asked: 0, nextAskAt: null },
  createdAt: now.getTime(),
});
