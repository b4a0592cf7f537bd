-- One document a user. Every write of one is guarded by its version.
create table carts (
  user_id  text primary key,
  version  integer not null check (version > 0),
  document jsonb   not null,
  -- When a locked cart asks next what became of its checkout.
  ask_at   timestamptz
) with (fillfactor = 70);

-- For the carts that are due to ask; nearly always empty.
create index carts_ask_at on carts (ask_at) where ask_at is not null;

-- The replica of the catalogue, applied by version. Deleted products keep a row without variants, so that an older
-- fact can't bring them back.
create table catalogue_products (
  id       text primary key,
  version  integer not null,
  product  jsonb   not null,
  skus     text[]  not null
);

-- For the products of the SKUs in a cart.
create index catalogue_products_skus on catalogue_products using gin (skus);

-- The only write of carts: stores `next` where the stored version is `expected` (0: where none is stored), and its
-- events with it, in one round trip and one commit. The row is locked before its events get their places.
-- `events`: [{id, type, key, data}].
create function save_cart(
  next jsonb, expected integer, events jsonb, said_at timestamptz, traceparent text
) returns boolean
language plpgsql as $$
declare
  ask_next timestamptz := (next #>> '{lock,askAt}')::timestamptz;
  said jsonb;
begin
  if expected = 0 then
    insert into carts (user_id, version, document, ask_at)
    values (next ->> 'userId', (next ->> 'version')::integer, next, ask_next)
    on conflict (user_id) do nothing;
  else
    update carts set version = (next ->> 'version')::integer, document = next, ask_at = ask_next
    where user_id = next ->> 'userId' and version = expected;
  end if;
  if not found then
    return false;
  end if;
  for said in select value from jsonb_array_elements(events) loop
    perform emit((said ->> 'id')::uuid, said ->> 'type', said ->> 'key', said -> 'data', said_at, save_cart.traceparent);
  end loop;
  return true;
end
$$;
