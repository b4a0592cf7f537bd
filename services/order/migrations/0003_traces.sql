-- The same two functions as before; what they say now carries the trace of the request that caused it.
drop function finish_checkout(uuid, integer, jsonb, timestamptz, text, uuid, uuid, uuid);
drop function cancel_order(uuid, uuid, uuid, text, text, timestamptz, text);

-- Cancels an order that is confirmed: its status, the saga that sees the undo through, and the event, together.
-- Discount gives back only where a voucher was redeemed.
create function cancel_order(
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
  insert into sagas (id, kind, user_id, role, order_id, state, direction, deadline, steps, participants, attempts, next_at, created_at)
  values (p_saga, 'cancel', cancelled.user_id, 'customer', p_order, 'compensating', 'undo', p_at, steps, participants, 1,
          now() + interval '2 seconds', p_at);
  perform emit(p_event, 'order.cancelled', p_order::text, jsonb_build_object(
    'sagaId', cancelled.checkout_id, 'orderId', p_order, 'userId', cancelled.user_id, 'kind', 'cancel',
    'reason', coalesce(p_reason, 'cancelled'), 'participants', to_jsonb(participants), 'version', cancelled.version), p_at, p_traceparent);
end
$$;

-- The saga's last write: completed, the order confirmed, and a cancel that was asked for meanwhile begun, in one commit.
-- p_epoch null: the fact that the cart was completed arrived by itself; it ends only sagas whose owner gave up.
-- Answers whether it was this call that ended the saga.
create function finish_checkout(
  p_saga uuid, p_epoch integer, p_steps jsonb, p_at timestamptz, p_at_text text, p_event uuid,
  p_cancel_saga uuid, p_cancel_event uuid, p_traceparent text
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
    'orderId', ended.order_id, 'sagaId', ended.id, 'userId', ended.user_id, 'version', confirmed.version), p_at, p_traceparent);
  if confirmed.cancel_requested is not null then
    perform cancel_order(
      ended.order_id, p_cancel_saga, p_cancel_event, (confirmed.cancel_requested::jsonb)->>'by',
      (confirmed.cancel_requested::jsonb)->>'reason', p_at, p_at_text, p_traceparent);
  end if;
  return true;
end
$$;
