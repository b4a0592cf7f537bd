-- Redeems vouchers for many sagas in one round trip and one commit, where all of them can be had: otherwise it fails
-- (SHOP1) and nothing is done; alone, each then gets its own answer from `redeem`. p_requests is a list of {saga, order,
-- user, quote, at, ask_at, event, traceparent, taken: [{id, code, version, amount}]}.
create function redeem_together(p_requests jsonb) returns void language plpgsql as $$
declare
  v_new bigint;
begin
  -- First of all writes, like in `redeem`: whoever undoes one of these waits here, or is waited for, holding no voucher.
  insert into applications (saga_id, order_id, user_id, state, quote, next_ask_at, created_at)
    select saga, "order", "user", 'applied', quote, ask_at, at
      from jsonb_to_recordset(p_requests) as r(
        saga uuid, "order" uuid, "user" text, quote jsonb, at timestamptz, ask_at timestamptz)
      order by saga
    on conflict (saga_id) do nothing;
  get diagnostics v_new = row_count;
  if v_new < jsonb_array_length(p_requests) then
    raise exception using errcode = 'SHOP1';
  end if;

  perform 1 from vouchers
    where code in (
      select taken.code from jsonb_to_recordset(p_requests) as r(taken jsonb), jsonb_to_recordset(r.taken) as taken(code text))
    order by code for update;
  update vouchers v set used = used + wanted.uses
    from (
      select taken.code, count(*) as uses, min(taken.version) as lowest, max(taken.version) as highest
        from jsonb_to_recordset(p_requests) as r(taken jsonb), jsonb_to_recordset(r.taken) as taken(code text, version integer)
        group by taken.code) as wanted
    where v.code = wanted.code and v.version = wanted.lowest and v.version = wanted.highest and v.active
      and v.per_user_limit is null and (v.usage_limit is null or v.used + wanted.uses <= v.usage_limit);
  get diagnostics v_new = row_count;
  if v_new < (
    select count(distinct taken.code)
      from jsonb_to_recordset(p_requests) as r(taken jsonb), jsonb_to_recordset(r.taken) as taken(code text)
  ) then
    raise exception using errcode = 'SHOP1';
  end if;

  with given as materialized (
    select * from jsonb_to_recordset(p_requests) as r(
      saga uuid, "order" uuid, "user" text, quote jsonb, at timestamptz, event uuid, traceparent text, taken jsonb)
  ), redeemed as (
    insert into redemptions (id, code, saga_id, order_id, user_id, amount, currency, redeemed_at)
      select taken.id, taken.code, saga, "order", "user", taken.amount, quote ->> 'currency', at
        from given, jsonb_to_recordset(given.taken) as taken(id uuid, code text, amount bigint)
  )
  insert into outbox (event_id, type, key, data, at, traceparent)
    select event, 'discount.applied', "order"::text, jsonb_build_object(
        'sagaId', saga, 'orderId', "order", 'userId', "user", 'vouchers', quote -> 'discounts', 'version', 1), at, traceparent
      from given;
end $$;
