-- The durable event log of a shop that runs without Kafka.

-- A row a topic. Whoever appends locks it first, so a topic's messages become visible in the order of their positions
-- and no reader passes by one that is committed late.
create table log_topics (
  topic text   primary key,
  -- The position given out last.
  head  bigint not null default 0
);

insert into log_topics (topic) values ('product'), ('inventory'), ('cart'), ('discount'), ('order');

create table log_messages (
  topic       text        not null references log_topics,
  -- Rises within a topic, with gaps where an event was there already.
  position    bigint      not null,
  -- The event's id; a dead letter's replay, which is the same event once more, has one of its own.
  delivery_id uuid        not null,
  key         text        not null,
  event       jsonb       not null,
  at          timestamptz not null,
  -- For consumers: what comes after a position.
  primary key (topic, position)
);

-- Keeps an event from being appended twice; ids rise with time, so it also gives the journal, newest first.
create unique index log_messages_delivery on log_messages (delivery_id, topic);
-- The journal of one aggregate, and of one saga.
create index log_messages_key on log_messages (key, delivery_id);
create index log_messages_saga on log_messages ((event -> 'data' ->> 'sagaId'), delivery_id)
  where event -> 'data' ->> 'sagaId' is not null;

-- How far a group has come in a topic, and which of its members has a batch in hand.
create table log_offsets (
  consumer_group text   not null,
  topic          text   not null references log_topics,
  -- The last position that took effect.
  done           bigint not null default 0,
  owner          text,
  -- When the owner counts as gone, by the database's clock.
  until          timestamptz,
  primary key (consumer_group, topic)
);

-- A row a group and topic that changes with each batch: room to change it in place.
alter table log_offsets set (fillfactor = 50);
alter table log_topics set (fillfactor = 50);

create table dead_letters (
  id             uuid        primary key,
  topic          text        not null references log_topics,
  consumer_group text        not null,
  error          text        not null,
  at             timestamptz not null,
  -- As it was received: json, not jsonb, keeps what jsonb refuses.
  event          json        not null,
  -- How often it has been buried.
  burials        integer     not null default 1,
  -- When it was sent to its group again; null again when that failed too.
  replayed_at    timestamptz
);

-- The list of dead letters, newest first.
create index dead_letters_at on dead_letters (at, id);
