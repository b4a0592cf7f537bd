import { type Refusal, refuse } from '@shop/contracts/problems.ts';
import { grouped } from '@shop/platform/grouping/grouped.ts';
import { once } from '@shop/platform/postgres/idempotency.ts';
import type { Tx } from '@shop/platform/postgres/postgres.ts';
import { currentTrace } from '@shop/platform/telemetry/context.ts';
import type { OrderStoreDeps } from './deps.postgres.ts';
import { notAdvanced, type Order } from './domain.ts';
import { newestFirst } from './lists.postgres.ts';
import { type OrderRow, toOrder } from './rows.postgres.ts';
import type { CancelRequest, OrderStore } from './store.ts';

export const orderStore = ({ pg, outbox, ids }: OrderStoreDeps): OrderStore => {
  /** Decides under the order's row lock; answers whether the wish was granted. */
  const cancelIn = async (
    tx: Tx,
    { orderId, by, reason, at }: CancelRequest,
  ): Promise<{ granted: true } | Refusal<'ORDER_NOT_FOUND' | 'NOT_CANCELLABLE'>> => {
    const order = await lockedOrder(tx, orderId);
    if (!order || (by.role !== 'admin' && order.userId !== by.id)) return refuse('ORDER_NOT_FOUND');
    if (order.status === 'shipped' || order.status === 'delivered')
      return refuse('NOT_CANCELLABLE', { detail: `Order ${order.number} is ${order.status} already.` });
    if (order.status === 'created' && !order.cancelRequested)
      await tx.query({
        text: 'update orders set cancel_requested = $2, version = version + 1 where id = $1',
        values: [orderId, JSON.stringify({ by: by.id, reason })],
      });
    if (order.status === 'confirmed') {
      await tx.query({
        text: 'select cancel_order($1, $2, $3, $4, $5, $6::timestamptz, $7, $8)',
        values: [orderId, ids.uuid(), ids.uuid(), by.id, reason ?? null, at, at, currentTrace()],
      });
      tx.afterCommit(() => outbox.nudge());
    }
    return { granted: true };
  };

  return {
    findOrder: grouped({
      most: 100,
      async run(wanted: readonly string[]) {
        const text = 'select * from orders where id = any($1)';
        const rows = await pg.query<OrderRow>({ name: 'order-find', text, values: [wanted] });
        const found = new Map(rows.map((row) => [row.id, row]));
        return wanted.map((id) => found.get(id)).map((row) => row && toOrder(row));
      },
    }),

    async listOrders({ number, userId, status, after, limit }) {
      const wanted = Object.entries({ number, user_id: userId, status }).filter(([, value]) => value !== undefined);
      const rows = await pg.query<OrderRow>(newestFirst('orders', wanted, { after, limit }));
      return rows.map(toOrder);
    },

    async cancelOrder(request) {
      const { by, idempotencyKey, requestHash, at } = request;
      return pg.transaction(async (tx) => {
        const cancel = () => cancelIn(tx, request);
        const outcome = idempotencyKey
          ? await once(tx, { userId: by.id, key: idempotencyKey, requestHash, now: new Date(at) }, cancel)
          : await cancel();
        if (!('granted' in outcome)) return outcome;
        // Read again, so that a repeated key answers the order as it is now.
        const order = await lockedOrder(tx, request.orderId);
        return order ?? refuse('ORDER_NOT_FOUND');
      });
    },

    async advanceOrder(id, to, by, at) {
      const from = to === 'shipped' ? 'confirmed' : 'shipped';
      const entry = { status: to, at, by };
      const [row] = await pg.query<OrderRow>({
        name: 'order-advance',
        text: `with advanced as (
          update orders set status = $2, version = version + 1, history = history || $4::jsonb where id = $1 and status = $3 returning *
        )
        select advanced.* from advanced cross join lateral (
          select emit($5, 'order.' || $2, id::text, jsonb_build_object(
            'orderId', id, 'sagaId', checkout_id, 'userId', user_id, 'version', version), $6, $7)) as emitted`,
        values: [id, to, from, JSON.stringify(entry), ids.uuid(), at, currentTrace()],
      });
      if (row) {
        outbox.nudge();
        return toOrder(row);
      }
      const [stored] = await pg.query<OrderRow>({
        name: 'order-find-one',
        text: 'select * from orders where id = $1',
        values: [id],
      });
      return notAdvanced(stored && toOrder(stored), to);
    },
  };
};

const lockedOrder = async (tx: Tx, id: string): Promise<Order | undefined> => {
  const [row] = await tx.query<OrderRow>({ text: 'select * from orders where id = $1 for update', values: [id] });
  return row && toOrder(row);
};
