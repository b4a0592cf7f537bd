-- The newest version of each product that was applied; its row also serialises the changes of one product.
create table products (
  product_id uuid primary key,
  version bigint not null
);

-- The levels of every SKU, for good: a SKU that its product lost is retired, never deleted.
create table stock (
  -- "C" makes the sort order, the lock order and the prefix search the same on every server.
  sku text collate "C" primary key,
  product_id uuid not null,
  on_hand bigint not null,
  reserved bigint not null,
  status text not null check (status in ('active', 'retired')),
  version bigint not null,
  updated_at timestamptz not null,
  constraint stock_levels check (reserved >= 0 and on_hand >= reserved)
);
-- Serves apply_product: the SKUs that a product has lost.
create index stock_by_product on stock (product_id);

-- The ledger: the sum of a SKU's movements is its levels. Written under the lock of the stock row, so that the ids of
-- one SKU rise in the order in which its levels changed.
create table movements (
  id bigint generated always as identity primary key,
  sku text collate "C" not null references stock (sku),
  kind text not null check (kind in (
    'initial', 'receipt', 'correction', 'damage', 'return', 'reserve', 'release', 'commit', 'restock')),
  delta_on_hand bigint not null,
  delta_reserved bigint not null,
  saga_id uuid,
  order_id uuid,
  note text,
  "by" text not null,
  at timestamptz not null,
  -- `initial:<sku>`: what a SKU starts with is applied once. Null in all other movements, which may repeat.
  unique_key text unique
);
-- Serves GET /inventory/:sku/movements.
create index movements_by_sku on movements (sku, id desc);

-- What sagas hold or held. The first write of a do and of an undo is the same row, so that the two can't cross: a
-- saga that was undone before it reserved leaves a released row without lines.
create table reservations (
  saga_id uuid primary key,
  order_id uuid not null,
  user_id uuid not null,
  state text not null check (state in ('held', 'committed', 'released', 'restocked')),
  -- [{sku, quantity}], one entry a SKU, sorted by SKU
  lines jsonb not null,
  version bigint not null,
  created_at timestamptz not null,
  -- When a hold asks (again) what became of its saga, and how often it has asked.
  next_ask_at timestamptz not null,
  asks integer not null default 0
);
-- Serves askAboutExpiredHolds: only what is held can ask.
create index reservations_asking on reservations (next_ask_at) where state = 'held';
