-- The truth about every checkout and every cancel. One row a saga; its first write is the intent.
create table sagas (
  id uuid primary key,
  kind text not null check (kind in ('checkout', 'cancel')),
  user_id uuid not null,
  role text not null,
  idempotency_key text,
  request_hash text,
  request jsonb not null default '{}',
  order_id uuid not null,
  -- running: before the pivot. pivoted: the order exists, only forward from here.
  state text not null check (state in ('running', 'pivoted', 'completed', 'compensating', 'compensated', 'parked')),
  direction text not null check (direction in ('forward', 'undo')),
  epoch integer not null default 1,
  owner text,
  deadline timestamptz not null,
  steps jsonb not null,
  problem jsonb,
  participants text[] not null default '{}',
  undone text[] not null default '{}',
  attempts integer not null default 0,
  -- When an owner that is silent, or a step that waits, is looked at again; judged by this database's clock.
  next_at timestamptz,
  created_at timestamptz not null,
  finished_at timestamptz,
  version integer not null default 1
);
-- Serves the intent: at most one checkout for a user's key, for ever.
create unique index sagas_key on sagas (user_id, idempotency_key) where kind = 'checkout';
-- Serves the answers to a cancel, and keeps an order's cancel single.
create unique index sagas_order on sagas (order_id, kind);
-- Serves the recovery's claim: only unfinished sagas are in it.
create index sagas_unfinished on sagas (next_at) where state in ('running', 'pivoted', 'compensating');
-- Serves GET /checkouts?status=.
create index sagas_by_state on sagas (state, created_at desc, id desc);
create index sagas_newest on sagas (created_at desc, id desc);

-- One heartbeat a process: the lease of every saga it owns.
create table owners (
  id text primary key,
  heartbeat_at timestamptz not null
);

create sequence order_numbers start 100001;

create table orders (
  id uuid primary key,
  number text not null unique,
  user_id uuid not null,
  checkout_id uuid not null unique,
  status text not null check (status in ('created', 'confirmed', 'shipped', 'delivered', 'cancelled')),
  currency text not null,
  subtotal bigint not null check (subtotal >= 0),
  discount_total bigint not null check (discount_total between 0 and subtotal),
  total bigint not null check (total = subtotal - discount_total),
  -- lines, vouchers, contact and shippingAddress, as they were when it was placed
  body jsonb not null,
  history jsonb not null,
  cancel_requested text,
  created_at timestamptz not null,
  version integer not null default 1
);
-- Serves GET /orders of a user, and of all.
create index orders_of_user on orders (user_id, created_at desc, id desc);
create index orders_newest on orders (created_at desc, id desc);
create index orders_by_status on orders (status, created_at desc, id desc);

-- The steps after a participant has answered: its undo is done, what it held is undone.
create function steps_answered(steps jsonb, step text, at text) returns jsonb language sql immutable as $$
  select coalesce(jsonb_agg(
    case
      when entry->>'name' <> step then entry
      when entry->>'direction' = 'undo' then entry || jsonb_build_object('status', 'done', 'finishedAt', at)
      when entry->>'status' in ('done', 'running', 'failed') then entry || jsonb_build_object('status', 'undone')
      else entry
    end order by position), '[]')
  from unnest(array(select jsonb_array_elements(steps))) with ordinality as listed(entry, position)
$$;

-- The steps when an undo is published once more: those who have not answered are asked again.
create function steps_repeated(steps jsonb) returns jsonb language sql immutable as $$
  select coalesce(jsonb_agg(
    case when entry->>'direction' = 'undo' and entry->>'status' = 'running'
      then entry || jsonb_build_object('attempts', (entry->>'attempts')::int + 1) else entry end order by position), '[]')
  from unnest(array(select jsonb_array_elements(steps))) with ordinality as listed(entry, position)
$$;

-- Cancels an order that is confirmed: its status, the saga that sees the undo through, and the event, together.
-- Discount gives back only where a voucher was redeemed.
create function cancel_order(
  p_order uuid, p_saga uuid, p_event uuid, p_by text, p_reason text, p_at timestamptz, p_at_text text
) returns void language plpgsql as $$
declare
  cancelled orders;
  participants text[];
  steps jsonb;
begin
  update orders
  set status = 'cancelled', version = version + 1, cancel_requested = null,
      history = history || jsonb_strip_nulls(jsonb_build_object('status', 'cancelled', 'at', p_at_text, 'by', p_by, 'reason', p_reason))
  where id = p_order and status = 'confirmed'
  returning * into cancelled;
  if not found then
    return;
  end if;
  participants := case when jsonb_array_length(cancelled.body->'vouchers') > 0
    then array['inventory', 'discount'] else array['inventory'] end;
  select jsonb_agg(jsonb_build_object(
    'name', case participant when 'inventory' then 'reserveInventory' else 'applyVouchers' end, 'direction', 'undo',
    'status', 'running', 'attempts', 1, 'startedAt', p_at_text, 'finishedAt', null))
  into steps from unnest(participants) participant;
  insert into sagas (id, kind, user_id, role, order_id, state, direction, deadline, steps, participants, attempts, next_at, created_at)
  values (p_saga, 'cancel', cancelled.user_id, 'customer', p_order, 'compensating', 'undo', p_at, steps, participants, 1,
          now() + interval '2 seconds', p_at);
  perform emit(p_event, 'order.cancelled', p_order::text, jsonb_build_object(
    'sagaId', cancelled.checkout_id, 'orderId', p_order, 'userId', cancelled.user_id, 'kind', 'cancel',
    'reason', coalesce(p_reason, 'cancelled'), 'participants', to_jsonb(participants), 'version', cancelled.version), p_at);
end
$$;

-- The saga's last write: completed, the order confirmed, and a cancel that was asked for meanwhile begun, in one commit.
-- p_epoch null: the fact that the cart was completed arrived by itself; it ends only sagas whose owner gave up.
-- Answers whether it was this call that ended the saga.
create function finish_checkout(
  p_saga uuid, p_epoch integer, p_steps jsonb, p_at timestamptz, p_at_text text, p_event uuid,
  p_cancel_saga uuid, p_cancel_event uuid
) returns boolean language plpgsql as $$
declare
  ended sagas;
  confirmed orders;
  entry jsonb;
begin
  update sagas
  set state = 'completed', direction = 'forward', steps = coalesce(p_steps, steps), finished_at = p_at, next_at = null, version = version + 1
  where id = p_saga and kind = 'checkout'
    and case when p_epoch is null
      then (state = 'parked' and direction = 'forward') or (state = 'pivoted' and attempts > 0)
      else epoch = p_epoch and state = 'pivoted' end
  returning * into ended;
  if not found then
    return false;
  end if;
  entry := jsonb_build_object('status', 'confirmed', 'at', p_at_text, 'by', 'checkout');
  update orders set status = 'confirmed', version = version + 1, history = history || entry
  where id = ended.order_id and status = 'created'
  returning * into confirmed;
  perform emit(p_event, 'order.confirmed', ended.order_id::text, jsonb_build_object(
    'orderId', ended.order_id, 'sagaId', ended.id, 'userId', ended.user_id, 'version', confirmed.version), p_at);
  if confirmed.cancel_requested is not null then
    perform cancel_order(
      ended.order_id, p_cancel_saga, p_cancel_event, (confirmed.cancel_requested::jsonb)->>'by',
      (confirmed.cancel_requested::jsonb)->>'reason', p_at, p_at_text);
  end if;
  return true;
end
$$;
