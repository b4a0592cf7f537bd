-- Every change of levels that a saga causes: locks the rows in sorted order, changes them, writes the ledger.
-- p_on_hand and p_reserved are -1, 0 or 1: what each unit of p_lines does to the two levels.
create function move_stock(
  p_kind text, p_lines jsonb, p_on_hand int, p_reserved int, p_saga uuid, p_order uuid, p_by text, p_at timestamptz
) returns void language plpgsql as $$
declare
  v_moved bigint;
begin
  perform 1 from stock
    where sku in (select line ->> 'sku' from jsonb_array_elements(p_lines) as line)
    order by sku for update;

  update stock s
    set on_hand = s.on_hand + p_on_hand * line.quantity,
        reserved = s.reserved + p_reserved * line.quantity,
        version = s.version + 1,
        updated_at = p_at
    from jsonb_to_recordset(p_lines) as line(sku text, quantity bigint)
    where s.sku = line.sku;
  get diagnostics v_moved = row_count;
  if v_moved <> jsonb_array_length(p_lines) then
    raise exception 'saga % names a SKU twice, or one without stock: %', p_saga, p_lines;
  end if;

  insert into movements (sku, kind, delta_on_hand, delta_reserved, saga_id, order_id, "by", at)
    select line.sku, p_kind, p_on_hand * line.quantity, p_reserved * line.quantity, p_saga, p_order, p_by, p_at
    from jsonb_to_recordset(p_lines) as line(sku text, quantity bigint);
end $$;

-- The SKUs of a demand that can't be had, null when all can. Stable: it looks with the snapshot of its caller.
create function shortages(p_skus text[], p_quantities bigint[]) returns jsonb language plpgsql stable as $$
begin
  return (
    select jsonb_agg(
        jsonb_build_object(
          'sku', demand.sku,
          'requested', demand.quantity,
          'available', case when s.status = 'active' then s.on_hand - s.reserved else 0 end,
          'known', s.sku is not null)
        order by demand.ordinality)
      from unnest(p_skus, p_quantities) with ordinality as demand(sku, quantity, ordinality)
      left join stock s on s.sku = demand.sku
      where s.sku is null or s.status <> 'active' or s.on_hand - s.reserved < demand.quantity);
end $$;

-- What a repeated reserve answers; null when the saga is new here.
create function reserve_reply(p_state text) returns jsonb language sql immutable as $$
  select case
    when p_state in ('held', 'committed') then jsonb_build_object('outcome', 'held')
    when p_state in ('released', 'restocked') then jsonb_build_object('outcome', 'undone')
  end
$$;

-- Step 3 of a checkout in one round trip and one commit. p_skus is sorted and without repeats.
-- Answers {outcome: held | undone | late | short, shortages?}.
create function reserve(
  p_saga uuid, p_order uuid, p_user uuid, p_skus text[], p_quantities bigint[],
  p_not_after timestamptz, p_now timestamptz, p_ask_at timestamptz, p_event uuid, p_traceparent text
) returns jsonb language plpgsql as $$
declare
  v_state text;
  v_short jsonb;
  v_lines jsonb;
begin
  -- A plain read settles repeats and most refusals without a write. The saga's row and the levels are seen in one
  -- snapshot: a repeat never takes its own hold for somebody else's.
  select r.state, shortages(p_skus, p_quantities) into v_state, v_short
    from (values (p_saga)) as saga(id) left join reservations r on r.saga_id = saga.id;
  if v_state is not null then
    return reserve_reply(v_state);
  end if;
  if p_now > p_not_after then
    return jsonb_build_object('outcome', 'late');
  end if;
  if v_short is not null then
    return jsonb_build_object('outcome', 'short', 'shortages', v_short);
  end if;

  -- All stock locks come first, in sorted order, and are waited for while nothing else is held.
  perform 1 from stock where sku = any(p_skus) order by sku for update;
  select r.state, shortages(p_skus, p_quantities) into v_state, v_short
    from (values (p_saga)) as saga(id) left join reservations r on r.saga_id = saga.id;
  if v_state is not null then
    return reserve_reply(v_state);
  end if;
  if v_short is not null then
    -- Another buyer was faster. Nothing was written but row locks, so there is nothing worth waiting for the disk.
    perform set_config('synchronous_commit', 'off', true);
    return jsonb_build_object('outcome', 'short', 'shortages', v_short);
  end if;

  select jsonb_agg(jsonb_build_object('sku', demand.sku, 'quantity', demand.quantity) order by demand.ordinality)
    into v_lines
    from unnest(p_skus, p_quantities) with ordinality as demand(sku, quantity, ordinality);
  insert into reservations (saga_id, order_id, user_id, state, lines, version, created_at, next_ask_at)
    values (p_saga, p_order, p_user, 'held', v_lines, 1, p_now, p_ask_at)
    on conflict (saga_id) do nothing;
  if not found then
    return (select reserve_reply(state) from reservations where saga_id = p_saga);
  end if;

  perform move_stock('reserve', v_lines, 0, 1, p_saga, p_order, 'checkout', p_now);
  perform emit(p_event, 'inventory.reserved', p_order::text,
    jsonb_build_object('sagaId', p_saga, 'orderId', p_order, 'lines', v_lines, 'version', 1), p_now, p_traceparent);
  return jsonb_build_object('outcome', 'held');
end $$;
