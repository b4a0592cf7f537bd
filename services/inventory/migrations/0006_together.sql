-- Step 3 of many checkouts in one round trip and one commit: first come first served, each with its own answer, as if
-- each had called `reserve`. p_requests is a list of {n, saga, order, user, lines: [{sku, quantity}], not_after, now,
-- ask_at, event, traceparent}: n is its place in the queue, lines are sorted by SKU and without repeats.
create function reserve_together(p_requests jsonb) returns table (saga uuid, reply jsonb) language plpgsql as $$
declare
  v_durable text := current_setting('synchronous_commit');
  v_plain boolean;
  v_held bigint;
  v_any boolean := false;
  v_one record;
begin
  -- All stock locks come first, in sorted order. What is sold out is not locked: nobody gets any of it.
  perform 1 from stock
    where stock.sku in (
      select line.sku from jsonb_to_recordset(p_requests) as r(lines jsonb), jsonb_to_recordset(r.lines) as line(sku text))
      and status = 'active' and on_hand > reserved
    order by stock.sku for update;

  -- Mostly there is enough for all of them together, and none has been here before.
  select not exists (
      select 1 from (
        select line.sku, sum(line.quantity) as quantity
          from jsonb_to_recordset(p_requests) as r(lines jsonb), jsonb_to_recordset(r.lines) as line(sku text, quantity bigint)
          group by line.sku) as demand
        left join stock s on s.sku = demand.sku
        where s.sku is null or s.status <> 'active' or s.on_hand - s.reserved < demand.quantity)
    and not exists (
      select 1 from jsonb_to_recordset(p_requests) as r(saga uuid, not_after timestamptz, now timestamptz)
        left join reservations on reservations.saga_id = r.saga
        where reservations.saga_id is not null or r.now > r.not_after)
    into v_plain;

  if v_plain then
    with given as materialized (
      select * from jsonb_to_recordset(p_requests) as r(
        n integer, saga uuid, "order" uuid, "user" uuid, lines jsonb, now timestamptz, ask_at timestamptz, event uuid, traceparent text)
    ), held as (
      insert into reservations (saga_id, order_id, user_id, state, lines, version, created_at, next_ask_at)
        select given.saga, "order", "user", 'held', lines, 1, now, ask_at from given order by given.saga
        on conflict (saga_id) do nothing
        returning saga_id
    ), wanted as materialized (
      select given.n, given.saga, given."order", given.now, line.sku, line.quantity
        from given, jsonb_to_recordset(given.lines) as line(sku text, quantity bigint)
    ), moved as (
      update stock s
        set reserved = s.reserved + demand.quantity, version = s.version + demand.sagas, updated_at = demand.at
        from (select sku, sum(quantity) as quantity, count(*) as sagas, max(now) as at from wanted group by sku) as demand
        where s.sku = demand.sku
    ), written as (
      insert into movements (sku, kind, delta_on_hand, delta_reserved, saga_id, order_id, "by", at)
        select sku, 'reserve', 0, quantity, wanted.saga, "order", 'checkout', now from wanted order by n, sku
    ), told as (
      insert into outbox (event_id, type, key, data, at, traceparent)
        select event, 'inventory.reserved', "order"::text,
            jsonb_build_object('sagaId', given.saga, 'orderId', "order", 'lines', lines, 'version', 1), now, traceparent
          from given order by n
    )
    select count(*) into v_held from held;
    if v_held < jsonb_array_length(p_requests) then
      -- The undo of one of them came in between. Alone, each gets its own answer.
      raise exception 'a saga was undone while it reserved';
    end if;
    return query select r.saga, jsonb_build_object('outcome', 'held') from jsonb_to_recordset(p_requests) as r(saga uuid);
    return;
  end if;

  for v_one in
    select r.*, array(select line ->> 'sku' from jsonb_array_elements(r.lines) as line) as skus,
        array(select (line ->> 'quantity')::bigint from jsonb_array_elements(r.lines) as line) as quantities
      from jsonb_to_recordset(p_requests) as r(
        n integer, saga uuid, "order" uuid, "user" uuid, lines jsonb, not_after timestamptz, now timestamptz,
        ask_at timestamptz, event uuid, traceparent text)
      order by n
  loop
    saga := v_one.saga;
    reply := reserve(v_one.saga, v_one."order", v_one."user", v_one.skus, v_one.quantities, v_one.not_after, v_one.now,
      v_one.ask_at, v_one.event, v_one.traceparent);
    v_any := v_any or reply ->> 'outcome' = 'held';
    return next;
  end loop;
  -- A refusal needs no disk, but a hold does, whoever was refused beside it.
  if v_any then
    perform set_config('synchronous_commit', v_durable, true);
  end if;
end $$;

-- order.created of many orders at once: what is held becomes committed, the units leave the shelf. Whatever is not held
-- is passed by. The holds and the stock are locked already (lock_holds).
create function commit_together(p_sagas uuid[], p_now timestamptz, p_events uuid[], p_traceparents text[]) returns void
language sql as $$
  with given as materialized (
    select saga, min(n) as n, min(event::text)::uuid as event, min(traceparent) as traceparent
      from unnest(p_sagas, p_events, p_traceparents) with ordinality as g(saga, event, traceparent, n) group by saga
  ), committed as (
    update reservations r set state = 'committed', version = r.version + 1
      from given where r.saga_id = given.saga and r.state = 'held'
      returning given.n, r.saga_id, r.order_id, r.lines, r.version, given.event, given.traceparent
  ), sold as materialized (
    select n, saga_id, order_id, line.sku, line.quantity
      from committed, jsonb_to_recordset(committed.lines) as line(sku text, quantity bigint)
  ), moved as (
    update stock s
      set on_hand = s.on_hand - total.quantity, reserved = s.reserved - total.quantity,
          version = s.version + total.sagas, updated_at = p_now
      from (select sku, sum(quantity) as quantity, count(*) as sagas from sold group by sku) as total
      where s.sku = total.sku
  ), written as (
    insert into movements (sku, kind, delta_on_hand, delta_reserved, saga_id, order_id, "by", at)
      select sku, 'commit', -quantity, -quantity, saga_id, order_id, 'order', p_now from sold order by n, sku
  )
  insert into outbox (event_id, type, key, data, at, traceparent)
    select event, 'inventory.committed', order_id::text,
        jsonb_build_object('sagaId', saga_id, 'orderId', order_id, 'lines', lines, 'version', version), p_now, traceparent
      from committed order by n;
$$;
