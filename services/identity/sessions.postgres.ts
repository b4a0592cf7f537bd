import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import type { Account } from './domain.ts';
import type { SessionStore } from './store.ts';

/**
 * Signs in. The user's row is locked against a change of the password until the sign-in is committed: a password that
 * is replaced meanwhile either lets nobody in with the old one, or finds this family and ends it.
 * $1 user, $2 verified password hash, $3 family, $4 now, $5 token hash, $6 token expiry
 */
const openSession = `
with account as (
  select id, email, name, role from users where id = $1 and password_hash = $2 for share
), family as (
  insert into refresh_families (id, user_id, created_at) select $3, id, $4 from account returning id
), token as (
  insert into refresh_tokens (hash, family_id, expires_at) select $5, id, $6 from family
)
select id, email, name, role from account`;

/**
 * The one guarded UPDATE of a rotation; whoever comes second waits for its row and then finds it used.
 * $1 token hash, $2 now, $3 successor's hash, $4 successor's expiry
 */
const rotate = `
with spent as (
  update refresh_tokens set used_at = $2
  from refresh_families
  where refresh_tokens.hash = $1 and used_at is null and expires_at > $2
    and refresh_families.id = family_id and ended_at is null
  returning family_id, user_id
), successor as (
  insert into refresh_tokens (hash, family_id, expires_at) select $3, family_id, $4 from spent
)
select users.id, email, name, role from spent join users on users.id = user_id`;

/** $1 token hash, $2 now */
const endReused = `
update refresh_families set ended_at = $2
where ended_at is null and id = (select family_id from refresh_tokens where hash = $1 and used_at is not null)
returning id`;

/** $1 token hash, $2 now */
const endFamily = `
update refresh_families set ended_at = $2
where ended_at is null and id = (select family_id from refresh_tokens where hash = $1)`;

/**
 * Two replicas that clean up at the same time take different tokens. A family goes with its last valid token.
 * $1 now, $2 limit
 */
const deleteExpired = `
with expired as (
  select hash from refresh_tokens where expires_at <= $1 order by expires_at limit $2 for update skip locked
), gone as (
  delete from refresh_tokens where hash in (select hash from expired) returning family_id
), families as (
  delete from refresh_families
  where id in (select family_id from gone)
    and not exists (select from refresh_tokens where family_id = refresh_families.id and expires_at > $1)
)
select count(*) as deleted from gone`;

export const postgresSessions = (pg: Postgres): SessionStore => ({
  async openSession(userId, verifiedHash, { familyId, token, now }) {
    const values = [userId, verifiedHash, familyId, now, token.hash, token.expiresAt];
    const [account] = await pg.query<Account>({ name: 'identity.openSession', text: openSession, values });
    return account;
  },

  async rotate(hash, successor, now) {
    const values = [hash, now, successor.hash, successor.expiresAt];
    const [account] = await pg.query<Account>({ name: 'identity.rotate', text: rotate, values });
    return account;
  },

  async endReused(hash, now) {
    const ended = await pg.query({ name: 'identity.endReused', text: endReused, values: [hash, now] });
    return ended.length > 0;
  },

  async endFamily(hash, now) {
    await pg.query({ name: 'identity.endFamily', text: endFamily, values: [hash, now] });
  },

  async deleteExpired(now, limit) {
    const [row] = await pg.query<{ deleted: number }>({ text: deleteExpired, values: [now, limit] });
    return row?.deleted ?? 0;
  },
});
