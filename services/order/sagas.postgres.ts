import { grouped } from '@shop/platform/grouping/grouped.ts';
import { currentTrace } from '@shop/platform/telemetry/context.ts';
import type { OrderStoreDeps } from './deps.postgres.ts';
import { orderCreated, type Step } from './domain.ts';
import { newestFirst, sagasInStates } from './lists.postgres.ts';
import { type OrderRow, type SagaRow, toOrder, toSaga } from './rows.postgres.ts';
import type { Finished, Owned, SagaStore } from './store.ts';

type Decisions = Pick<
  SagaStore,
  'begin' | 'find' | 'findByKey' | 'settle' | 'list' | 'pivot' | 'compensate' | 'finish' | 'postpone'
>;

/**
 * The writes of a checkout under way, each guarded by the owner's epoch. Those that every checkout makes are one prepared
 * statement for all checkouts that want the same while the one before is under way: one round trip and one commit.
 */
export const sagaDecisions = (deps: OrderStoreDeps): Decisions => {
  const { pg, outbox, ids, changed } = deps;
  const one = async (name: string, text: string, values: readonly unknown[]) => {
    const [row] = await pg.query<SagaRow>({ name, text, values });
    return row && toSaga(row);
  };
  const find = grouped({
    most: mostTogether,
    async run(wanted: readonly string[]) {
      const text = 'select * from sagas where id = any($1)';
      const rows = await pg.query<SagaRow>({ name: 'saga-find', text, values: [wanted] });
      const found = new Map(rows.map((row) => [row.id, row]));
      return wanted.map((id) => found.get(id)).map((row) => row && toSaga(row));
    },
  });
  const byKey = grouped({
    most: mostTogether,
    async run(wanted: readonly { userId: string; key: string }[]) {
      const values = [wanted.map(({ userId }) => userId), wanted.map(({ key }) => key)];
      const rows = await pg.query<SagaRow & { idempotency_key: string }>({ name: 'saga-by-key', text: BY_KEY, values });
      const found = new Map(rows.map((row) => [`${row.user_id} ${row.idempotency_key}`, row]));
      return wanted.map(({ userId, key }) => found.get(`${userId} ${key}`)).map((row) => row && toSaga(row));
    },
  });
  const findByKey: Decisions['findByKey'] = (userId, key) => byKey({ userId, key });
  const begin = grouped({
    most: mostTogether,
    async run(rows: readonly BeginRow[]) {
      const stored = await pg.query<SagaRow>({ name: 'saga-begin', text: BEGIN, values: [JSON.stringify(rows)] });
      const begun = new Map(stored.map((row) => [row.id, row]));
      return rows.map(({ id }) => begun.get(id));
    },
  });
  const place = grouped({
    most: mostTogether,
    keyOf: ({ id }: PivotRow) => id,
    async run(rows: readonly PivotRow[]) {
      const placed = await pg.query<{ id: string }>({
        name: 'saga-pivot',
        text: PIVOT,
        values: [JSON.stringify(rows)],
      });
      const ids = new Set(placed.map(({ id }) => id));
      return rows.map(({ id }) => ids.has(id));
    },
  });
  const end = grouped({
    most: mostTogether,
    keyOf: ({ id }: FinishRow) => id,
    async run(rows: readonly FinishRow[]): Promise<(Finished | undefined)[]> {
      const values = [JSON.stringify(rows)];
      const ended = await pg.query<FinishedRow>({ name: 'saga-finish-plain', text: FINISH, values });
      const left = new Map(ended.map((row) => [row.checkout_id, row]));
      return rows.map(({ id }) => left.get(id)).map((row) => row && finishedOf(row));
    },
  });

  return {
    find,
    findByKey,

    async begin(intent) {
      const { id, orderId, userId, role, idempotencyKey, requestHash, request, owner, deadline, createdAt } = intent;
      const saga = await begin({
        id,
        user_id: userId,
        role,
        idempotency_key: idempotencyKey,
        request_hash: requestHash,
        request,
        order_id: orderId,
        owner,
        deadline,
        created_at: createdAt,
        traceparent: currentTrace(),
      });
      if (saga) return { saga: toSaga(saga), isNew: true };
      const first = await findByKey(userId, idempotencyKey);
      if (!first) throw new Error(`Saga ${id} was refused, yet no other has its key`);
      return { saga: first, isNew: false };
    },

    settle: (id) => one('saga-settle', 'select * from sagas where id = $1 for update', [id]),

    async list({ state, after, limit }) {
      const page = { after, limit };
      const rows = await pg.query<SagaRow>(state ? sagasInStates(state, page) : newestFirst('sagas', [], page));
      return rows.map(toSaga);
    },

    async pivot({ id, epoch }, steps, order) {
      const { lines, vouchers, contact, shippingAddress } = order;
      const placed = await place({
        id,
        epoch,
        steps,
        currency: order.currency,
        subtotal: order.subtotal,
        discount_total: order.discountTotal,
        total: order.total,
        body: { lines, vouchers, contact, shippingAddress },
        history: order.history,
        at: order.createdAt,
        event_id: ids.uuid(),
        event: orderCreated(order).data,
        traceparent: currentTrace(),
      });
      if (!placed) return false;
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
      const eventIds = [ids.uuid(), ids.uuid(), ids.uuid()] as const;
      const finished = await end({
        ...{ id, epoch, steps, at, at_text: at },
        ...{ event_id: eventIds[0], traceparent: currentTrace() },
      });
      // Where it did not, the saga is somebody else's, or its order's cancel was asked for meanwhile.
      const left = finished ?? (await finishAnyway(pg, { id, epoch }, steps, at, eventIds));
      if (!left) return undefined;
      outbox.nudge();
      changed(id);
      return left;
    },

    async postpone({ id, epoch }, steps, delaySeconds) {
      const saga = await one('saga-postpone', POSTPONE, [id, epoch, JSON.stringify(steps), delaySeconds]);
      if (saga) changed(id);
      return saga !== undefined;
    },
  };
};

/** Ends one checkout, and begins the cancel of its order where that was asked for; undefined for who lost the saga. */
const finishAnyway = async (
  pg: OrderStoreDeps['pg'],
  { id, epoch }: Owned,
  steps: readonly Step[],
  at: string,
  eventIds: readonly [string, string, string],
): Promise<Finished | undefined> => {
  const [row] = await pg.query<{ ended: boolean }>({
    name: 'saga-finish',
    text: 'select finish_checkout($1, $2, $3, $4::timestamptz, $5, $6, $7, $8, $9) as ended',
    values: [id, epoch, JSON.stringify(steps), at, at, ...eventIds, currentTrace()],
  });
  if (!row?.ended) return undefined;
  // The statement itself sees its rows as they were.
  const [left] = await pg.query<FinishedRow>({ name: 'saga-finished', text: FINISHED, values: [id] });
  return left && finishedOf(left);
};

const finishedOf = (row: FinishedRow): Finished => ({ order: toOrder(row), version: row.saga_version });

/** The most checkouts in one statement. */
const mostTogether = 100;

const BY_KEY = `
  select sagas.* from unnest($1::uuid[], $2::text[]) as wanted (user_id, key)
  join sagas on sagas.user_id = wanted.user_id and sagas.idempotency_key = wanted.key and kind = 'checkout'`;

interface BeginRow {
  id: string;
  user_id: string;
  role: string;
  idempotency_key: string;
  request_hash: string;
  request: unknown;
  order_id: string;
  owner: string;
  deadline: string;
  created_at: string;
  traceparent: string | null;
}

/** The intents. `next_at` is the watchdog: whatever happens to its owner, the saga is looked at again after its deadline. */
const BEGIN = `
  insert into sagas (id, kind, user_id, role, idempotency_key, request_hash, request, order_id, state, direction, owner, deadline, steps, next_at, created_at, traceparent)
  select id, 'checkout', user_id, role, idempotency_key, request_hash, request, order_id, 'running', 'forward', owner, deadline, '[]', now() + interval '12 seconds', created_at, traceparent
  from jsonb_to_recordset($1::jsonb) as intents (
    id uuid, user_id uuid, role text, idempotency_key text, request_hash text, request jsonb, order_id uuid,
    owner text, deadline timestamptz, created_at timestamptz, traceparent text)
  on conflict (user_id, idempotency_key) where kind = 'checkout' do nothing
  returning *`;

interface PivotRow {
  id: string;
  epoch: number;
  steps: readonly Step[];
  currency: string;
  subtotal: number;
  discount_total: number;
  total: number;
  body: unknown;
  history: unknown;
  at: string;
  event_id: string;
  event: unknown;
  traceparent: string | null;
}

/** The pivots. An order's row, its event and the saga's new state are there together or not at all, each for itself. */
const PIVOT = `
  with given as materialized (
    select * from jsonb_to_recordset($1::jsonb) as given (
      id uuid, epoch integer, steps jsonb, currency text, subtotal bigint, discount_total bigint, total bigint,
      body jsonb, history jsonb, at timestamptz, event_id uuid, event jsonb, traceparent text)
  ), pivoted as (
    update sagas set state = 'pivoted', steps = given.steps, attempts = 0, next_at = now() + interval '8 seconds', version = version + 1
    from given
    where sagas.id = given.id and sagas.epoch = given.epoch and state = 'running'
    returning sagas.id, order_id, user_id
  ), placed as (
    insert into orders (id, number, user_id, checkout_id, status, currency, subtotal, discount_total, total, body, history, created_at)
    select order_id, nextval('order_numbers')::text, user_id, id, 'created', currency, subtotal, discount_total, total, body, history, at
    from pivoted join given using (id)
    returning id, number, checkout_id
  ), told as (
    insert into outbox (event_id, type, key, data, at, traceparent)
    select event_id, 'order.created', placed.id::text, event || jsonb_build_object('number', number), at, traceparent
    from placed join given on given.id = checkout_id
  )
  select checkout_id as id from placed`;

type FinishedRow = OrderRow & { saga_version: number };

interface FinishRow {
  id: string;
  epoch: number;
  steps: readonly Step[];
  at: string;
  /** The same as it is told. */
  at_text: string;
  event_id: string;
  traceparent: string | null;
}

/**
 * The last writes: completed, and the order confirmed. Orders whose cancel was asked for are left to `finish_checkout`.
 * Their rows are locked before anything is decided, in one order.
 */
const FINISH = `
  with given as materialized (
    select * from jsonb_to_recordset($1::jsonb) as given (
      id uuid, epoch integer, steps jsonb, at timestamptz, at_text text, event_id uuid, traceparent text)
  ), ending as materialized (
    select sagas.id, order_id, sagas.user_id
    from given join sagas using (id) join orders on orders.id = order_id
    where sagas.epoch = given.epoch and state = 'pivoted' and orders.status = 'created' and cancel_requested is null
    order by sagas.id
    for update of sagas, orders
  ), ended as (
    update sagas set state = 'completed', direction = 'forward', steps = given.steps, finished_at = given.at, next_at = null, version = version + 1
    from ending join given using (id)
    where sagas.id = ending.id
    returning sagas.id, version
  ), confirmed as (
    update orders set status = 'confirmed', version = version + 1,
      history = history || jsonb_build_object('status', 'confirmed', 'at', at_text, 'by', 'checkout')
    from ending join given using (id)
    where orders.id = ending.order_id
    returning orders.*
  ), told as (
    insert into outbox (event_id, type, key, data, at, traceparent)
    select event_id, 'order.confirmed', confirmed.id::text, jsonb_build_object(
      'orderId', confirmed.id, 'sagaId', checkout_id, 'userId', user_id, 'version', version), at, traceparent
    from confirmed join given on given.id = checkout_id
  )
  select confirmed.*, ended.version as saga_version from confirmed join ended on ended.id = checkout_id`;

const FINISHED = `
  select orders.*, sagas.version as saga_version from orders join sagas on sagas.id = checkout_id where checkout_id = $1`;

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
