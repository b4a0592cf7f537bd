import { testDatabase } from '@shop/platform/testing/postgres.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { describe, expect, it } from 'vitest';
import { createPostgresIdentityStore } from './store.postgres.ts';
import type { NewSession } from './store.ts';
import { migrations, someEmail } from './testing/arrange.ts';

const pg = await testDatabase(migrations);
const store = createPostgresIdentityStore({ pg });
const now = new Date('2026-01-01T00:00:00Z');

const newSession = (): NewSession => ({
  familyId: systemIds.uuid(),
  token: { hash: Buffer.from(systemIds.secret(32), 'base64url'), expiresAt: new Date(now.getTime() + 1_000) },
  now,
});

const someCustomer = async () => {
  const id = systemIds.uuid();
  await store.addCustomer(id, { email: someEmail(), name: 'Ada', passwordHash: 'old' }, newSession());
  return id;
};

/** Resolves once a statement of this database waits for a lock; rejects when none does within two seconds. */
const someoneWaits = async () => {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const waiting = await pg.query({
      text: "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    });
    if (waiting.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('nobody waits');
};

describe('the identity store', () => {
  it('When a password is being replaced, then a sign-in with the old one waits for it and is refused', async () => {
    const id = await someCustomer();
    const { signIn } = await pg.transaction(async (tx) => {
      await tx.query({ text: "update users set password_hash = 'new' where id = $1", values: [id] });
      const signIn = store.openSession(id, 'old', newSession());
      await someoneWaits();
      return { signIn };
    });
    expect(await signIn).toBeUndefined();
  });

  it('When a sign-in is under way, then a promotion waits for it and ends it', async () => {
    const id = await someCustomer();
    const email = (await store.find(id))?.email ?? '';
    const session = newSession();
    const { promotion } = await pg.transaction(async (tx) => {
      const within = createPostgresIdentityStore({ pg: { ...pg, query: tx.query } });
      expect(await within.openSession(id, 'old', session)).toMatchObject({ id });
      const promotion = store.ensureAdmin(systemIds.uuid(), { email, name: 'A', passwordHash: 'new' }, now);
      await someoneWaits();
      return { promotion };
    });
    expect(await promotion).toBe('promoted');
    expect(await store.rotate(session.token.hash, newSession().token, now)).toBeUndefined();
  });

  it('When a token was never used, then it does not count as reused', async () => {
    const session = newSession();
    await store.addGuest(systemIds.uuid(), session);
    expect(await store.endReused(session.token.hash, now)).toBe(false);
    expect(await store.rotate(session.token.hash, newSession().token, now)).toMatchObject({ role: 'guest' });
  });

  it('When a guest would have an address, or a customer none, then the database refuses', async () => {
    const insert = (role: string, email: string | null) =>
      pg.query({
        text: 'insert into users values ($1, $2, $3, $3, $3, $4, $4)',
        values: [systemIds.uuid(), role, email, now],
      });
    await expect(insert('guest', someEmail())).rejects.toThrow('users_known');
    await expect(insert('customer', null)).rejects.toThrow('users_known');
  });
});
