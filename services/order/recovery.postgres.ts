import { grouped } from '@shop/platform/grouping/grouped.ts';
import { currentTrace } from '@shop/platform/telemetry/context.ts';
import type { OrderStoreDeps } from './deps.postgres.ts';
import { answerAgain, MAX_ATTEMPTS, stepOf, verdictFor } from './domain.ts';
import { type OrderRow, type SagaRow, toOrder, toSaga } from './rows.postgres.ts';
import type { SagaStore } from './store.ts';

type Recovery = Pick<
  SagaStore,
  | 'finishByFact'
  | 'republish'
  | 'park'
  | 'unpark'
  | 'answered'
  | 'answerQuestion'
  | 'heartbeat'
  | 'resign'
  | 'claim'
  | 'audit'
>;

/** A silent owner's sagas are taken over after this; its heartbeat comes every second. */
const LEASE = `interval '3 seconds'`;

/** What brings a saga to its end after its request is gone: answers, questions, leases and operators. */
export const recoveryStatements = ({ pg, outbox, ids, changed }: OrderStoreDeps): Recovery => {
  const one = async (name: string, text: string, values: readonly unknown[]) => {
    const [row] = await pg.query<SagaRow>({ name, text, values });
    if (row) changed(row.id);
    return row && toSaga(row);
  };

  /** Nearly every cart that is completed is so for a saga whose owner is at it: many of these facts cost one look. */
  const mayBeGivenUp = grouped({
    most: 200,
    async run(sagaIds: readonly string[]) {
      const rows = await pg.query<{ id: string }>({ name: 'saga-beyond-pivot', text: BEYOND_PIVOT, values: [sagaIds] });
      const found = new Set(rows.map(({ id }) => id));
      return sagaIds.map((id) => found.has(id));
    },
  });

  return {
    async finishByFact(id, at) {
      const [event, cancelSaga, cancelEvent] = [ids.uuid(), ids.uuid(), ids.uuid()];
      if (!(await mayBeGivenUp(id))) return false;
      const [row] = await pg.query<{ ended: boolean }>({
        name: 'saga-finish',
        text: 'select finish_checkout($1, $2, $3, $4::timestamptz, $5, $6, $7, $8, $9) as ended',
        values: [id, null, null, at, at, event, cancelSaga, cancelEvent, currentTrace()],
      });
      if (!row?.ended) return false;
      outbox.nudge();
      changed(id);
      return true;
    },

    async republish({ id, epoch }, delaySeconds, at) {
      const saga = await one('saga-republish', REPUBLISH, [id, epoch, delaySeconds, ids.uuid(), at, currentTrace()]);
      if (saga) outbox.nudge();
      return saga !== undefined;
    },

    park: ({ id, epoch }) =>
      one(
        'saga-park',
        `update sagas set state = 'parked', next_at = null, version = version + 1
         where id = $1 and epoch = $2 and state in ('pivoted', 'compensating') returning *`,
        [id, epoch],
      ),

    unpark: (id) =>
      one(
        'saga-unpark',
        `update sagas set state = case direction when 'undo' then 'compensating' else 'pivoted' end,
           epoch = epoch + 1, owner = null, attempts = 1, next_at = now(), version = version + 1
         where id = $1 and state = 'parked' returning *`,
        [id],
      ),

    async answered({ sagaId, orderId, kind, participant, at }) {
      // A cancel is a saga of its own; its order leads to it, since what participants hold is named by the checkout.
      const target = kind === 'cancel' ? `order_id = $1 and kind = 'cancel'` : `id = $1 and kind = 'checkout'`;
      await one(`saga-answered-${kind}`, answeredStatement(target), [
        kind === 'cancel' ? orderId : sagaId,
        participant,
        stepOf[participant],
        at,
        at,
      ]);
    },

    async answerQuestion(question) {
      await pg.transaction(async (tx) => {
        const [sagaRow] = await tx.query<SagaRow>({
          text: `select * from sagas where id = $1 and kind = 'checkout' for update`,
          values: [question.sagaId],
        });
        // Locked, so that the answer stands in the outbox before or after a cancel's event, never across it.
        const [orderRow] = await tx.query<OrderRow>({
          text: 'select * from orders where checkout_id = $1 for update',
          values: [question.sagaId],
        });
        const saga = sagaRow && toSaga(sagaRow);
        const order = orderRow && toOrder(orderRow);
        if (verdictFor(saga, order, question.participant) === 'wait') return;
        await outbox.append(tx, [answerAgain(question, saga, order)]);
      });
    },

    async heartbeat(owner) {
      await pg.query({
        name: 'owner-heartbeat',
        text: `insert into owners (id, heartbeat_at) values ($1, now())
               on conflict (id) do update set heartbeat_at = excluded.heartbeat_at`,
        values: [owner],
      });
    },

    async resign(owner) {
      await pg.query({
        text: `delete from owners where id = $1 or heartbeat_at < now() - interval '1 day'`,
        values: [owner],
      });
    },

    async claim(owner, limit) {
      const rows = await pg.query<SagaRow>({ name: 'saga-claim', text: CLAIM, values: [owner, limit] });
      // An update answers its rows in any order.
      return rows.map(toSaga).sort((a, b) => (a.id < b.id ? -1 : 1));
    },

    audit: async () => (await pg.query<{ breach: string }>({ text: AUDIT })).map(({ breach }) => breach),
  };
};

const answeredStatement = (target: string) => `
  update sagas set
    undone = undone || $2::text,
    steps = steps_answered(steps, $3, $4),
    state = case when participants <@ (undone || $2::text) then 'compensated' else state end,
    finished_at = case when participants <@ (undone || $2::text) then $5::timestamptz end,
    next_at = case when participants <@ (undone || $2::text) then null else next_at end,
    version = version + 1
  where ${target} and state in ('compensating', 'parked') and direction = 'undo'
    and $2 = any(participants) and not $2 = any(undone)
  returning *`;

/** The sagas among these that are not at their end; which of them the fact may end, `finish_checkout` decides. */
const BEYOND_PIVOT = `select id from sagas where id = any($1) and kind = 'checkout' and state in ('pivoted', 'parked')`;

const REPUBLISH = `
  with saga as (
    update sagas set steps = steps_repeated(steps), attempts = attempts + 1, next_at = now() + make_interval(secs => $3), version = version + 1
    where id = $1 and epoch = $2 and state = 'compensating'
    returning *
  )
  select saga.* from saga
  left join orders on orders.id = saga.order_id and saga.kind = 'cancel'
  cross join lateral (
    select emit($4, 'order.cancelled', saga.order_id::text, jsonb_build_object(
      'sagaId', coalesce(orders.checkout_id, saga.id), 'orderId', saga.order_id, 'userId', saga.user_id,
      'kind', case saga.kind when 'cancel' then 'cancel' else 'rollback' end,
      'reason', coalesce(saga.problem->>'code', 'cancelled'),
      'participants', to_jsonb(array(
        select name from unnest(saga.participants) with ordinality as asked(name, place)
        where name <> all (saga.undone) order by place)),
      'version', coalesce(orders.version, saga.version)), $5, $6)
  ) as emitted`;

/** Due sagas, and those before the end whose owner is silent. Serves the recovery; reads only the partial index. */
const CLAIM = `
  update sagas set owner = $1, epoch = epoch + 1, next_at = now() + interval '15 seconds'
  where id in (
    select id from sagas s
    where state in ('running', 'pivoted', 'compensating') and (
      next_at <= now() or (state <> 'compensating' and not exists (
        select 1 from owners where owners.id = s.owner and heartbeat_at > now() - ${LEASE})))
    order by next_at, id limit $2 for update skip locked)
  returning *`;

const AUDIT = `
  select 'saga ' || id || ' is ' || state || ' after ' || attempts || ' attempts' as breach from sagas
    where state in ('running', 'pivoted', 'compensating') and created_at < now() - interval '${MAX_ATTEMPTS} minutes'
  union all select 'saga ' || id || ' is parked, and waits for an operator to push it ' ||
      case direction when 'undo' then 'back' else 'on' end from sagas where state = 'parked'
  union all select 'completed checkout ' || s.id || ' has no order' from sagas s left join orders o on o.checkout_id = s.id
    where s.kind = 'checkout' and s.state = 'completed' and (o.id is null or o.status = 'created')
  union all select 'checkout ' || s.id || ' was rolled back, yet has an order' from sagas s join orders o on o.checkout_id = s.id
    where s.kind = 'checkout' and s.state in ('compensating', 'compensated')
  union all select 'order ' || o.id || ' does not add up' from orders o
    where o.total <> (select sum((line->>'total')::bigint) from jsonb_array_elements(o.body->'lines') line)
       or o.discount_total <> (select coalesce(sum((line->>'discount')::bigint), 0) from jsonb_array_elements(o.body->'lines') line)
       or o.discount_total <> (select coalesce(sum((used->>'amount')::bigint), 0) from jsonb_array_elements(o.body->'vouchers') used)
  union all select 'cancelled order ' || o.id || ' has no cancel' from orders o
    where o.status = 'cancelled' and not exists (select 1 from sagas s where s.order_id = o.id and s.kind = 'cancel')`;
