-- The trace of the request that began a saga, so that whoever takes it over goes on with it.
alter table sagas add column traceparent text;

-- The same function as before; the saga that it begins keeps the trace too.
-- Cancels an order that is confirmed: its status, the saga that sees the undo through, and the event, together.
-- Discount gives back only where a voucher was redeemed.
create or replace function cancel_order(
  p_order uuid, p_saga uuid, p_event uuid, p_by text, p_reason text, p_at timestamptz, p_at_text text,
  p_traceparent text
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
  insert into sagas (id, kind, user_id, role, order_id, state, direction, deadline, steps, participants, attempts, next_at, created_at, traceparent)
  values (p_saga, 'cancel', cancelled.user_id, 'customer', p_order, 'compensating', 'undo', p_at, steps, participants, 1,
          now() + interval '2 seconds', p_at, p_traceparent);
  perform emit(p_event, 'order.cancelled', p_order::text, jsonb_build_object(
    'sagaId', cancelled.checkout_id, 'orderId', p_order, 'userId', cancelled.user_id, 'kind', 'cancel',
    'reason', coalesce(p_reason, 'cancelled'), 'participants', to_jsonb(participants), 'version', cancelled.version), p_at, p_traceparent);
end
$$;
