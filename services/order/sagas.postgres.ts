import { currentTrace } from '@shop/platform/telemetry/context.ts';
import type { OrderStoreDeps } from './deps.postgres.ts';
import { orderCreated } from './domain.ts';
import { newestFirst, sagasInStates } from './lists.postgres.ts';
import { type SagaRow, toSaga } from './rows.postgres.ts';
import type { SagaStore } from './store.ts';

type Decisions = Pick<
  SagaStore,
  'begin' | 'find' | 'findByKey' | 'settle' | 'list' | 'pivot' | 'compensate' | 'finish' | 'postpone'
>;

/** The writes of a checkout under way, each one prepared statement guarded by the owner's epoch. */
export const sagaDecisions = ({ pg, outbox, ids, changed }: OrderStoreDeps): Decisions => {
  const one = async (name: string, text: string, values: readonly unknown[]) => {
    const [row] = await pg.query<SagaRow>({ name, text, values });
    return row && toSaga(row);
  };
  const find: Decisions['find'] = (id) => one('saga-find', 'select * from sagas where id = $1', [id]);
  const findByKey: Decisions['findByKey'] = (userId, key) =>
    one('saga-by-key', `select * from sagas where user_id = $1 and idempotency_key = $2 and kind = 'checkout'`, [
      userId,
      key,
    ]);

  return {
    find,
    findByKey,

    async begin(intent) {
      const saga = await one('saga-begin', BEGIN, [
        intent.id,
        intent.userId,
        intent.role,
        intent.idempotencyKey,
        intent.requestHash,
        JSON.stringify(intent.request),
        intent.orderId,
        intent.owner,
        intent.deadline,
        intent.createdAt,
        currentTrace(),
      ]);
      if (saga) return { saga, isNew: true };
      const first = await findByKey(intent.userId, intent.idempotencyKey);
      if (!first) throw new Error(`Saga ${intent.id} was refused, yet no other has its key`);
      return { saga: first, isNew: false };
    },

    settle: (id) => one('saga-settle', 'select * from sagas where id = $1 for update', [id]),

    async list({ state, after, limit }) {
      const page = { after, limit };
      const rows = await pg.query<SagaRow>(state ? sagasInStates(state, page) : newestFirst('sagas', [], page));
      return rows.map(toSaga);
    },

    async pivot({ id, epoch }, steps, order) {
      const { data } = orderCreated(order);
      const { lines, vouchers, contact, shippingAddress } = order;
      const placed = await pg.query({
        name: 'saga-pivot',
        text: PIVOT,
        values: [
          id,
          epoch,
          JSON.stringify(steps),
          order.currency,
          order.subtotal,
          order.discountTotal,
          order.total,
          JSON.stringify({ lines, vouchers, contact, shippingAddress }),
          JSON.stringify(order.history),
          order.createdAt,
          ids.uuid(),
          JSON.stringify(data),
          currentTrace(),
        ],
      });
      if (placed.length === 0) return false;
      // Watchers are shown the pivot by its owner; nobody waits for it, so nobody needs to read the row for it.
      outbox.nudge();
      return true;
    },

    async compensate({ id, epoch }, { problem, participants, steps, at }) {
      const saga = await one('saga-compensate', COMPENSATE, [
        id,
        epoch,
        JSON.stringify(steps),
        participants,
        JSON.stringify(problem),
        at,
        ids.uuid(),
        problem.code,
        currentTrace(),
      ]);
      if (saga) {
        outbox.nudge();
        changed(id);
      }
      return saga;
    },

    async finish({ id, epoch }, steps, at) {
      const [row] = await pg.query<{ ended: boolean }>({
        name: 'saga-finish',
        text: 'select finish_checkout($1, $2, $3, $4::timestamptz, $5, $6, $7, $8, $9) as ended',
        values: [id, epoch, JSON.stringify(steps), at, at, ids.uuid(), ids.uuid(), ids.uuid(), currentTrace()],
      });
      if (!row?.ended) return false;
      outbox.nudge();
      changed(id);
      return true;
    },

    async postpone({ id, epoch }, steps, delaySeconds) {
      const saga = await one('saga-postpone', POSTPONE, [id, epoch, JSON.stringify(steps), delaySeconds]);
      if (saga) changed(id);
      return saga !== undefined;
    },
  };
};

/** The intent. `next_at` is the watchdog: whatever happens to its owner, the saga is looked at again after its deadline. */
const BEGIN = `
  insert into sagas (id, kind, user_id, role, idempotency_key, request_hash, request, order_id, state, direction, owner, deadline, steps, next_at, created_at, traceparent)
  values ($1, 'checkout', $2, $3, $4, $5, $6, $7, 'running', 'forward', $8, $9, '[]', now() + interval '12 seconds', $10, $11)
  on conflict (user_id, idempotency_key) where kind = 'checkout' do nothing
  returning *`;

const PIVOT = `
  with saga as (
    update sagas set state = 'pivoted', steps = $3, attempts = 0, next_at = now() + interval '8 seconds', version = version + 1
    where id = $1 and epoch = $2 and state = 'running'
    returning id, order_id, user_id
  ), placed as (
    insert into orders (id, number, user_id, checkout_id, status, currency, subtotal, discount_total, total, body, history, created_at)
    select order_id, nextval('order_numbers')::text, user_id, id, 'created', $4, $5, $6, $7, $8, $9, $10 from saga
    returning id, number
  )
  select emit($11, 'order.created', id::text, $12::jsonb || jsonb_build_object('number', number), $10, $13) from placed`;

const COMPENSATE = `
  with saga as (
    update sagas set
      state = case when cardinality($4::text[]) = 0 then 'compensated' else 'compensating' end,
      finished_at = case when cardinality($4::text[]) = 0 then $6::timestamptz end,
      next_at = case when cardinality($4::text[]) = 0 then null else now() + interval '2 seconds' end,
      direction = 'undo', participants = $4, steps = $3, problem = $5, attempts = 1, version = version + 1
    where id = $1 and epoch = $2 and state = 'running'
    returning *
  )
  select saga.* from saga left join lateral (
    select emit($7, 'order.cancelled', saga.order_id::text, jsonb_build_object(
      'sagaId', saga.id, 'orderId', saga.order_id, 'userId', saga.user_id, 'kind', 'rollback', 'reason', $8::text,
      'participants', to_jsonb(saga.participants), 'version', saga.version), $6, $9)
    where saga.state = 'compensating'
  ) as emitted on true`;

const POSTPONE = `
  update sagas set steps = $3, attempts = attempts + 1, next_at = now() + make_interval(secs => $4), version = version + 1
  where id = $1 and epoch = $2 and state = 'pivoted'
  returning *`;
