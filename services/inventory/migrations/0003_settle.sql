-- order.created: held becomes committed, the units leave the shelf. Anything else is an acknowledged no-op.
create function commit_reservation(
  p_saga uuid, p_now timestamptz, p_event uuid, p_traceparent text
) returns void language plpgsql as $$
declare
  v_hold reservations;
begin
  update reservations set state = 'committed', version = version + 1
    where saga_id = p_saga and state = 'held'
    returning * into v_hold;
  if not found then
    return;
  end if;
  perform move_stock('commit', v_hold.lines, -1, -1, v_hold.saga_id, v_hold.order_id, 'order', p_now);
  perform emit(p_event, 'inventory.committed', v_hold.order_id::text,
    jsonb_build_object('sagaId', v_hold.saga_id, 'orderId', v_hold.order_id, 'lines', v_hold.lines,
      'version', v_hold.version), p_now, p_traceparent);
end $$;

-- order.cancelled: held is released, committed is restocked by a cancel, ended states absorb. Always answers, with
-- what was given back for the saga; a repeat answers again.
create function undo_reservation(
  p_saga uuid, p_order uuid, p_user uuid, p_kind text, p_now timestamptz, p_event uuid, p_traceparent text
) returns void language plpgsql as $$
declare
  v_hold reservations;
  v_before text;
begin
  -- The undo may come first: the row without lines then refuses the do.
  insert into reservations (saga_id, order_id, user_id, state, lines, version, created_at, next_ask_at)
    values (p_saga, p_order, p_user, 'released', '[]', 0, p_now, p_now)
    on conflict (saga_id) do nothing;
  select state into v_before from reservations where saga_id = p_saga for update;
  update reservations
    set state = case
          when state = 'held' then 'released'
          when state = 'committed' and p_kind = 'cancel' then 'restocked'
          else state
        end,
        version = version + 1
    where saga_id = p_saga
    returning * into v_hold;

  if v_before = 'held' then
    perform move_stock('release', v_hold.lines, 0, -1, v_hold.saga_id, v_hold.order_id, 'order', p_now);
  elsif v_before = 'committed' and v_hold.state = 'restocked' then
    perform move_stock('restock', v_hold.lines, 1, 0, v_hold.saga_id, v_hold.order_id, 'order', p_now);
  end if;
  perform emit(p_event, 'inventory.released', v_hold.order_id::text,
    jsonb_build_object('sagaId', v_hold.saga_id, 'orderId', v_hold.order_id, 'kind', p_kind,
      -- A rollback gives nothing back of what an order has committed.
      'lines', case when v_hold.state = 'committed' then '[]'::jsonb else v_hold.lines end,
      'version', v_hold.version), p_now, p_traceparent);
end $$;

-- Takes every lock that a batch of order events will need, in sorted order: without it the batch would take them in
-- the order of its events, against the checkouts that reserve meanwhile.
create function lock_holds(p_sagas uuid[]) returns void language plpgsql as $$
begin
  perform 1 from reservations where saga_id = any(p_sagas) order by saga_id for update;
  perform 1 from stock
    where sku in (
      select line ->> 'sku' from reservations, jsonb_array_elements(lines) as line
        where saga_id = any(p_sagas) and state in ('held', 'committed'))
    order by sku for update;
end $$;
