-- A fact of the catalogue. SKUs that are new here get a stock row with what they start with, whether the fact is the
-- newest or late: so the order of facts doesn't matter. Only a newer fact decides which SKUs are active.
-- p_initial is what each of p_skus starts with; p_deleted says that the product sells none of them any more.
create function apply_product(
  p_product uuid, p_version bigint, p_deleted boolean, p_skus text[], p_initial bigint[], p_now timestamptz
) returns void language plpgsql as $$
declare
  v_newer boolean;
begin
  -- The row lock serialises all facts of one product, stale ones too.
  insert into products as known (product_id, version) values (p_product, p_version)
    on conflict (product_id) do update set version = excluded.version where known.version < excluded.version;
  v_newer := found;

  with starting as (
    select variant.sku, coalesce(variant.quantity, 0) as quantity
      from unnest(p_skus, p_initial) as variant(sku, quantity)
  ), fresh as (
    insert into stock (sku, product_id, on_hand, reserved, status, version, updated_at)
      select sku, p_product, quantity, 0, case when v_newer and not p_deleted then 'active' else 'retired' end, 1, p_now
        from starting order by sku
      on conflict (sku) do nothing
      returning sku, on_hand
  )
  insert into movements (sku, kind, delta_on_hand, delta_reserved, "by", at, unique_key)
    select sku, 'initial', on_hand, 0, 'catalogue', p_now, 'initial:' || sku from fresh;

  if v_newer then
    perform 1 from stock
      where product_id = p_product and (status = 'active') <> (sku = any(p_skus) and not p_deleted)
      order by sku for update;
    update stock
      set status = case when sku = any(p_skus) and not p_deleted then 'active' else 'retired' end,
          version = version + 1,
          updated_at = p_now
      where product_id = p_product and (status = 'active') <> (sku = any(p_skus) and not p_deleted);
  end if;
end $$;
