-- Products are documents; the columns beside `document` are what finds and orders them, computed by the service.
create table products (
  id uuid primary key,
  handle text not null,
  status text not null check (status in ('active', 'draft', 'archived', 'deleted')),
  version integer not null check (version >= 1),
  category text not null,
  brand text not null,
  tags text[] not null,
  words tsvector not null,
  title_words tsvector not null,
  -- Compared byte by byte, which is code point by code point: no language's rules, the same in every store.
  title_key text collate "C" not null,
  lowest_price bigint not null,
  created_at timestamptz not null,
  document jsonb not null,
  constraint products_handle_key unique (handle)
);

-- A SKU belongs to one product for good: rows are only ever added.
create table product_skus (
  sku text primary key,
  product_id uuid not null references products
);

-- GET /products in each order, read forwards or backwards; `status` at the end is checked within the index.
create index products_by_creation on products (created_at, id, status) where status <> 'deleted';
create index products_by_title on products (title_key, id, status) where status <> 'deleted';
create index products_by_price on products (lowest_price, id, status) where status <> 'deleted';
-- The same with a category or a brand, newest first (the default order of the shop's pages).
create index products_by_category on products (category, created_at, id, status) where status <> 'deleted';
create index products_by_brand on products (brand, created_at, id, status) where status <> 'deleted';
create index products_by_tag on products using gin (tags) where status <> 'deleted';
-- GET /products?search=: every word of the query as a prefix.
create index products_by_word on products using gin (words) where status <> 'deleted';
