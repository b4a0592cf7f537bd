-- Who may come in. Guests have neither address nor password; whoever has an address has both.
create table users (
  id uuid primary key,
  role text not null check (role in ('guest', 'customer', 'admin')),
  -- As compared: NFKC, lower case. "C": equal means equal byte by byte. Serves sign-in and guards registration.
  email text collate "C",
  name text,
  -- argon2id, in PHC format
  password_hash text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint users_email unique (email),
  constraint users_known check (
    (role = 'guest') = (email is null) and (role = 'guest') = (password_hash is null) and (role = 'guest') = (name is null))
);

-- One sign-in and all refresh tokens that follow from it.
create table refresh_families (
  id uuid primary key,
  user_id uuid not null references users (id),
  created_at timestamptz not null,
  -- Signed out, or a token that was used already came again.
  ended_at timestamptz
);
-- Serves the end of all sign-ins of a user.
create index refresh_families_by_user on refresh_families (user_id);

-- Refresh tokens. Used ones stay until they expire, so that their reuse is noticed.
create table refresh_tokens (
  -- SHA-256; the token itself is not kept.
  hash bytea primary key,
  family_id uuid not null references refresh_families (id) on delete cascade,
  expires_at timestamptz not null,
  used_at timestamptz
);
-- Serves the removal of a family with its tokens.
create index refresh_tokens_by_family on refresh_tokens (family_id);
-- Serves the clean-up.
create index refresh_tokens_by_expiry on refresh_tokens (expires_at);

-- The keys that sign access tokens. To rotate: retire the active key and add the next one in one transaction; a retired
-- key is published until the last token it signed has expired.
create table signing_keys (
  kid text primary key,
  private_jwk jsonb not null,
  created_at timestamptz not null,
  retired_at timestamptz
);
-- At most one key signs: of two processes that start together on an empty database, one makes it.
create unique index signing_keys_active on signing_keys ((true)) where retired_at is null;
