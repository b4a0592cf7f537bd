import { isUniqueViolation } from '@shop/platform/postgres/errors.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import type { Account } from './domain.ts';
import type { NewSession, Registration, UserStore } from './store.ts';

/**
 * Every way to become a user ends with a first sign-in in the same statement: one round trip, one commit.
 * $1 user, $2 now, $3 family, $4 token hash, $5 token expiry
 */
const signIn = `
, family as (
  insert into refresh_families (id, user_id, created_at) select $3, id, $2 from account returning id
)
insert into refresh_tokens (hash, family_id, expires_at) select $4, id, $5 from family
returning family_id`;

const addGuest = `
with account as (
  insert into users (id, role, created_at, updated_at) values ($1, 'guest', $2, $2) returning id
)${signIn}`;

/** $6 email, $7 name, $8 password hash, as in `upgradeGuest` */
const addCustomer = `
with account as (
  insert into users (id, role, email, name, password_hash, created_at, updated_at)
  values ($1, 'customer', $6, $7, $8, $2, $2)
  on conflict (email) do nothing
  returning id
)${signIn}`;

/** The tokens that the guest has so far were given out without a password; they don't become the customer's. */
const upgradeGuest = `
with account as (
  update users set role = 'customer', email = $6, name = $7, password_hash = $8, updated_at = $2
  where id = $1 and role = 'guest'
  returning id
), earlier as (
  update refresh_families set ended_at = $2 from account where user_id = account.id and ended_at is null
)${signIn}`;

/** $1 id, $2 email, $3 name, $4 password hash, $5 now */
const ensureAdmin = `
insert into users (id, role, email, name, password_hash, created_at, updated_at)
values ($1, 'admin', $2, $3, $4, $5, $5)
on conflict (email) do update
set role = 'admin', password_hash = excluded.password_hash, updated_at = excluded.updated_at
where users.role <> 'admin'
returning id`;

const sessionValues = (id: string, { familyId, token, now }: NewSession) => [
  id,
  now,
  familyId,
  token.hash,
  token.expiresAt,
];

const registrationValues = ({ email, name, passwordHash }: Registration) => [email, name, passwordHash];

export const postgresUsers = (pg: Postgres): UserStore => ({
  async addGuest(id, session) {
    await pg.query({ name: 'identity.addGuest', text: addGuest, values: sessionValues(id, session) });
  },

  async addCustomer(id, registration, session) {
    const values = [...sessionValues(id, session), ...registrationValues(registration)];
    const signedIn = await pg.query({ name: 'identity.addCustomer', text: addCustomer, values });
    return signedIn.length > 0;
  },

  async upgradeGuest(id, registration, session) {
    const values = [...sessionValues(id, session), ...registrationValues(registration)];
    try {
      const signedIn = await pg.query({ name: 'identity.upgradeGuest', text: upgradeGuest, values });
      return signedIn.length > 0 ? 'upgraded' : 'not a guest';
    } catch (error) {
      if (isUniqueViolation(error, 'users_email')) return 'email taken';
      throw error;
    }
  },

  async find(id) {
    const text = 'select id, email, name, role from users where id = $1';
    const [account] = await pg.query<Account>({ name: 'identity.find', text, values: [id] });
    return account;
  },

  async credentialsOf(email) {
    const text = 'select id, email, name, role, password_hash from users where email = $1';
    const [row] = await pg.query<Account & { password_hash: string }>({
      name: 'identity.credentialsOf',
      text,
      values: [email],
    });
    if (!row) return undefined;
    const { password_hash: passwordHash, ...account } = row;
    return { account, passwordHash };
  },

  ensureAdmin: (id, { email, name, passwordHash }, now) =>
    pg.transaction(async (tx) => {
      const values = [id, email, name, passwordHash, now];
      const [admin] = await tx.query<{ id: string }>({ text: ensureAdmin, values });
      if (!admin) return 'present';
      if (admin.id === id) return 'made';
      // A statement of its own, because only a new snapshot sees the sign-in that the first one waited for.
      const end = 'update refresh_families set ended_at = $2 where user_id = $1 and ended_at is null';
      await tx.query({ text: end, values: [admin.id, now] });
      return 'promoted';
    }),
});
