-- What every service's database has: events on their way out, events that took effect, keys of repeated requests.

-- Events that were committed with the state they tell of and that the log has not acknowledged yet.
create table outbox (
  id          bigint generated always as identity primary key,
  event_id    uuid        not null unique,
  -- Names a topic that exists: an event that no topic takes would otherwise hold up those after it for ever.
  type        text        not null check (type ~ '^(product|inventory|cart|discount|order)[.]'),
  key         text        not null,
  data        jsonb       not null,
  at          timestamptz not null,
  traceparent text,
  -- Events of one key stay in one shard, so that one relay sends them, in order.
  shard       smallint    not null generated always as ((hashtext(key) & 7)::smallint) stored
);

-- The relay's query: the oldest rows of the shards it owns.
create index outbox_shard_id on outbox (shard, id);

-- Rows live for milliseconds: vacuum by their number, not by a share of a table that is nearly always empty.
alter table outbox set (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 20000
);

-- Which relay sends which shard. Leases are judged by the database's clock.
create table outbox_leases (
  shard smallint primary key check (shard between 0 and 7),
  owner text,
  until timestamptz
);

insert into outbox_leases (shard) select generate_series(0, 7);

-- Events that are dealt with, per consumer group: a second delivery finds its row and does nothing.
create table inbox (
  consumer text        not null,
  event_id uuid        not null,
  at       timestamptz not null,
  -- It could not be applied and is a dead letter now: only that letter's replay may still take effect.
  buried   boolean     not null default false,
  primary key (consumer, event_id)
);

-- For forgetting what is older than any event that can still arrive.
create index inbox_at on inbox (at);

-- Answers to requests that carried an Idempotency-Key. `reply` is null only within the transaction that makes it.
create table idempotency_keys (
  user_id      text        not null,
  key          text        not null,
  request_hash text        not null,
  reply        jsonb,
  at           timestamptz not null,
  primary key (user_id, key)
);

-- For forgetting old answers.
create index idempotency_keys_at on idempotency_keys (at);

-- Says an event from within a function that changes state. Call it after the aggregate's row is locked, so that
-- the ids of one key rise in the order of its changes.
create function emit(
  event_id uuid, type text, key text, data jsonb, at timestamptz, traceparent text default null
) returns void
language sql
begin atomic
  insert into outbox (event_id, type, key, data, at, traceparent)
  values (emit.event_id, emit.type, emit.key, emit.data, emit.at, emit.traceparent);
end;
