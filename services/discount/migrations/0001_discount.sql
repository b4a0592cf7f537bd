-- Vouchers, what checkouts took of them, and the categories of the catalogue.

create table vouchers (
  -- "C": pages of the list follow the order in which codes are compared everywhere else.
  code           text collate "C" primary key check (code ~ '^[A-Z0-9_-]{1,40}$'),
  type           text        not null check (type in ('percentage', 'fixed_amount', 'buy_x_get_y')),
  value          jsonb       not null,
  scope          jsonb       not null,
  min_subtotal   jsonb,
  usage_limit    integer     check (usage_limit >= 1),
  per_user_limit integer     check (per_user_limit >= 1),
  user_ids       text[],
  starts_at      timestamptz,
  ends_at        timestamptz,
  combinable     boolean     not null,
  priority       integer     not null,
  active         boolean     not null,
  -- Live redemptions. Counted in this row, so that the last use is given once; not part of `version`.
  used           integer     not null default 0 check (used >= 0),
  version        integer     not null default 1,
  constraint voucher_ends_after_start check (starts_at < ends_at),
  constraint voucher_uses_within_limit check (used <= usage_limit)
);

-- Every redemption rewrites its voucher's row: room in its page keeps that away from the index.
alter table vouchers set (fillfactor = 50);

-- What a checkout's saga holds, or that it may hold nothing any more: the first write of applying and of undoing is
-- this row, so the two can't cross.
create table applications (
  saga_id     uuid        primary key,
  order_id    uuid        not null,
  user_id     text        not null,
  -- applied: redeemed, the order not yet known. settled: the order exists. released: undone, also before it was done.
  state       text        not null check (state in ('applied', 'settled', 'released')),
  -- The quote that was answered; null where the undo came first.
  quote       jsonb,
  version     integer     not null default 1,
  -- How often it was asked what became of the saga, and when to ask next.
  asked       integer     not null default 0,
  next_ask_at timestamptz,
  created_at  timestamptz not null
);

-- The search for applications that have waited too long for their order.
create index applications_to_ask on applications (next_ask_at) where state = 'applied';

create table redemptions (
  id          uuid        primary key,
  code        text collate "C" not null references vouchers (code),
  saga_id     uuid        not null references applications (saga_id),
  order_id    uuid        not null,
  user_id     text        not null,
  amount      bigint      not null check (amount > 0),
  currency    text        not null,
  redeemed_at timestamptz not null,
  -- Set when the use was given back; a redemption without it is live and counts in `used`.
  released_at timestamptz,
  -- Serves the release of a saga, too.
  constraint redemption_once_a_saga unique (saga_id, code)
);

-- A voucher's redemptions, newest first.
create index redemptions_of_voucher on redemptions (code, redeemed_at desc, id desc);

-- How often a user holds a voucher: counted while the voucher's row is locked, so no counter of its own can drift.
create index redemptions_live on redemptions (code, user_id) where released_at is null;

-- What the catalogue says of products, as far as vouchers and their previews look at it.
create table catalogue (
  product_id text    primary key,
  category   text    not null,
  -- Prices by SKU, in minor units.
  prices     jsonb   not null,
  version    integer not null
);

-- The product of a SKU, for previews.
create index catalogue_by_sku on catalogue using gin (prices);
