import type { CatalogueProduct } from '@shop/contracts/commands.ts';
import { gathered } from '@shop/platform/grouping/gathered.ts';
import type { Outbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Tx } from '@shop/platform/postgres/postgres.ts';
import { currentTrace } from '@shop/platform/telemetry/context.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { learning } from './catalogue.postgres.ts';
import type { DiscountEffects } from './store.ts';
import type { DiscountTables } from './tables.postgres.ts';

/** What events do, inside the consumer's transaction. */
export const createEffects = (outbox: Outbox, ids: Ids): DiscountEffects<Tx<DiscountTables>> => {
  const settled = gathered(settleAll);
  return {
    async release(tx, { sagaId, orderId, userId }, kind, now) {
      await settled.flush(tx);
      await tx.query({
        name: 'discount-release',
        text: 'select release_redemptions($1, $2, $3, $4, $5, $6, $7)',
        values: [sagaId, orderId, userId, kind, now, ids.uuid(), currentTrace()],
      });
      tx.afterCommit(() => outbox.nudge());
    },

    async lock(tx, sagas, now) {
      await tx.query({
        name: 'discount-lock',
        text: 'select lock_applications($1, $2, $3, $4)',
        values: [
          sagas.map(({ sagaId }) => sagaId),
          sagas.map(({ orderId }) => orderId),
          sagas.map(({ userId }) => userId),
          now,
        ],
      });
    },

    async settle(tx, sagaId) {
      settled.add(tx, sagaId);
    },

    async learn(tx, product: CatalogueProduct) {
      await tx.query(learning([product]));
    },
  };
};

const settleAll = async (tx: Tx<DiscountTables>, sagaIds: readonly string[]): Promise<void> => {
  await tx.query({
    name: 'discount-settle',
    text: `update applications set state = 'settled', next_ask_at = null where saga_id = any($1) and state = 'applied'`,
    values: [sagaIds],
  });
};
