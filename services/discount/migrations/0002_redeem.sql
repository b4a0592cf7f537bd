-- Redeeming and giving back, each one round trip and one commit.

-- Redeems vouchers for a saga, all or none. p_codes must rise, so that every checkout locks vouchers in one order;
-- p_versions, p_amounts and p_ids go with it. Answers
--   redeemed  done: counters, redemptions, the application and discount.applied are written
--   repeat    this saga has applied before; `quote` is what it was answered then
--   undone    the undo came first
--   stale     a voucher is no longer what was priced, or a limit has been reached since; nothing is left behind
create function redeem(
  p_saga uuid, p_order uuid, p_user text,
  p_codes text[], p_versions integer[], p_amounts bigint[], p_ids uuid[],
  p_quote jsonb, p_at timestamptz, p_ask_at timestamptz, p_event uuid, p_traceparent text,
  out outcome text, out quote jsonb
)
language plpgsql
as $$
declare
  held  applications;
  most  integer;
begin
  insert into applications (saga_id, order_id, user_id, state, quote, next_ask_at, created_at)
  values (p_saga, p_order, p_user, 'applied', p_quote, p_ask_at, p_at)
  on conflict (saga_id) do nothing;
  if not found then
    select * into held from applications where saga_id = p_saga;
    outcome := case held.state when 'released' then 'undone' else 'repeat' end;
    quote := held.quote;
    return;
  end if;

  for i in 1 .. cardinality(p_codes) loop
    -- One statement checks, counts and locks; the price depends on nothing of a voucher that its version does not cover.
    update vouchers set used = used + 1
     where code = p_codes[i] and version = p_versions[i] and active
       and (usage_limit is null or used < usage_limit)
    returning per_user_limit into most;
    if not found then
      raise exception using errcode = 'SHOP1';
    end if;
    -- The voucher's row is locked: nobody else adds or ends redemptions of it meanwhile.
    if most is not null and most <= (
      select count(*) from redemptions where code = p_codes[i] and user_id = p_user and released_at is null
    ) then
      raise exception using errcode = 'SHOP1';
    end if;
  end loop;

  insert into redemptions (id, code, saga_id, order_id, user_id, amount, currency, redeemed_at)
  select id, code, p_saga, p_order, p_user, amount, p_quote ->> 'currency', p_at
    from unnest(p_ids, p_codes, p_amounts) as taken (id, code, amount);

  perform emit(p_event, 'discount.applied', p_order::text, jsonb_build_object(
    'sagaId', p_saga, 'orderId', p_order, 'userId', p_user,
    'vouchers', p_quote -> 'discounts', 'version', 1), p_at, p_traceparent);
  outcome := 'redeemed';
exception
  -- Back to before the first write, the application's row included.
  when sqlstate 'SHOP1' then
    outcome := 'stale';
end
$$;

-- Notes that sagas may hold nothing any more, and locks what they hold: their applications, then the vouchers by code,
-- as `redeem` takes them. A transaction that ends several sagas calls this before the first of them.
create function lock_applications(p_sagas uuid[], p_orders uuid[], p_users text[], p_at timestamptz) returns void
language plpgsql
as $$
begin
  -- First of all writes, like in `redeem`: whichever comes second waits here, holding no voucher.
  insert into applications (saga_id, order_id, user_id, state, version, created_at)
  select saga_id, order_id, user_id, 'released', 0, p_at
    from unnest(p_sagas, p_orders, p_users) as ending (saga_id, order_id, user_id) order by saga_id
  on conflict (saga_id) do nothing;
  perform 1 from applications where saga_id = any(p_sagas) order by saga_id for update;
  perform 1 from vouchers
    where code in (select code from redemptions where saga_id = any(p_sagas) and released_at is null)
    order by code for update;
end
$$;

-- Gives back what a saga holds and says so, also when it holds nothing, or no longer; from then on it can't redeem.
create function release_redemptions(
  p_saga uuid, p_order uuid, p_user text, p_kind text, p_at timestamptz, p_event uuid, p_traceparent text
) returns void
language plpgsql
as $$
declare
  risen integer;
  live  record;
begin
  perform lock_applications(array[p_saga], array[p_order], array[p_user], p_at);
  update applications set state = 'released', version = version + 1, next_ask_at = null
   where saga_id = p_saga returning version into risen;

  -- Only live redemptions are given back: an undo that comes again finds none.
  for live in
    update redemptions set released_at = p_at where saga_id = p_saga and released_at is null returning code
  loop
    update vouchers set used = used - 1 where code = live.code;
  end loop;

  perform emit(p_event, 'discount.released', p_order::text, jsonb_build_object(
    'sagaId', p_saga, 'orderId', p_order, 'userId', p_user, 'kind', p_kind, 'version', risen,
    'vouchers', coalesce(
      (select jsonb_agg(jsonb_build_object('code', code, 'amount', amount) order by code)
         from redemptions where saga_id = p_saga), '[]')), p_at, p_traceparent);
end
$$;
