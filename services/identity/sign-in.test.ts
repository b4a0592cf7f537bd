import { refuse } from '@shop/contracts/problems.ts';
import { recordingLogger } from '@shop/platform/testing/logger.ts';
import { testDatabase } from '@shop/platform/testing/postgres.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Passwords } from './passwords.ts';
import { arrange, type MergeCart, migrations, password, passwords, someEmail } from './testing/arrange.ts';

const pg = await testDatabase(migrations);

const verified: string[] = [];
/** The real thing, and a list of the hashes that it was given. */
const watched: Passwords = {
  ...passwords,
  verify(hash, attempt) {
    verified.push(hash);
    return passwords.verify(hash, attempt);
  },
};
const merges: Parameters<MergeCart>[0][] = [];
let merge: MergeCart;
const { logger, lines } = recordingLogger();
const { server, send, clock, store } = await arrange(pg, {
  passwords: watched,
  logger,
  merge: (command) => {
    merges.push(command);
    return merge(command);
  },
});
afterAll(() => server.close());

beforeEach(() => {
  merge = async () => ({ merged: true });
  merges.length = 0;
  verified.length = 0;
});

const someCustomer = async () => {
  const email = someEmail();
  const { body } = await send('register', { email, password, name: 'Ada' });
  return { email, id: body.user.id as string };
};

describe('signing in', () => {
  it('When address and password are right, then the answer is the user with tokens', async () => {
    const { email, id } = await someCustomer();
    const { status, body } = await send('login', { email: email.toUpperCase(), password });
    expect(status).toBe(200);
    expect(body.user).toEqual({ id, email, name: 'Ada', role: 'customer' });
    expect(body).not.toHaveProperty('cartMerged');
    expect(merges).toEqual([]);
  });

  it('When the password is wrong or the user unknown, then answer and work are the same', async () => {
    const { email } = await someCustomer();
    const wrong = await send('login', { email, password: 'wrong password' });
    const unknown = await send('login', { email: someEmail(), password });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'BAD_CREDENTIALS']);
    const { instance: _, ...answer } = wrong.body;
    expect(unknown.status).toBe(401);
    expect(unknown.body).toMatchObject(answer);
    expect(verified).toEqual([expect.stringContaining('argon2id'), passwords.dummyHash]);
    expect(verified[0]).not.toBe(passwords.dummyHash);
  });

  it('When a password is too short to be one, then it is wrong, and when it is too long, then it is refused', async () => {
    const { email } = await someCustomer();
    expect((await send('login', { email, password: 'x' })).body.code).toBe('BAD_CREDENTIALS');
    expect((await send('login', { email, password: 'x'.repeat(129) })).body.code).toBe('VALIDATION_FAILED');
  });

  it('When too many are signing in, then the answer is 503 with Retry-After', async () => {
    const full: Passwords = { ...passwords, verify: async () => refuse('UNAVAILABLE', { retryAfter: 1 }) };
    const busy = await arrange(pg, { passwords: full });
    const { status, body, headers } = await busy.send('login', { email: someEmail(), password });
    await busy.server.close();
    expect([status, body.code, headers.get('Retry-After')]).toEqual([503, 'UNAVAILABLE', '1']);
  });

  it('When the password was replaced after it was verified, then nobody is let in', async () => {
    const { email, id } = await someCustomer();
    const known = await store.credentialsOf(email);
    const token = { hash: Buffer.alloc(32, 7), expiresAt: clock.now() };
    await pg.query({ text: "update users set password_hash = 'another' where id = $1", values: [id] });
    const session = { familyId: systemIds.uuid(), token, now: clock.now() };
    expect(await store.openSession(id, known?.passwordHash ?? '', session)).toBeUndefined();
  });
});

describe("signing in with a guest's token", () => {
  it("When a guest signs in, then its cart is merged into the customer's", async () => {
    const { email, id } = await someCustomer();
    const guest = (await send('guest')).body;
    const { status, body } = await send('login', { email, password }, guest.accessToken);
    expect(status).toBe(200);
    expect(body).toMatchObject({ cartMerged: true, user: { id } });
    expect(merges).toEqual([{ fromUserId: guest.user.id, toUserId: id }]);
  });

  it('When the carts stay apart, then the answer says so', async () => {
    merge = async () => ({ merged: false });
    const { email } = await someCustomer();
    const guest = (await send('guest')).body;
    expect((await send('login', { email, password }, guest.accessToken)).body.cartMerged).toBe(false);
  });

  it('When the cart service fails, then the customer is let in all the same', async () => {
    merge = async () => {
      throw new Error('connection refused');
    };
    const { email } = await someCustomer();
    const guest = (await send('guest')).body;
    const { status, body } = await send('login', { email, password }, guest.accessToken);
    expect([status, body.cartMerged]).toEqual([200, false]);
    expect(lines).toContainEqual(expect.objectContaining({ guest: guest.user.id }));
  });

  it('When the cart service does not answer, then the customer waits two seconds at most', async () => {
    const asked = Promise.withResolvers<void>();
    merge = () => {
      asked.resolve();
      return new Promise(() => {});
    };
    const { email } = await someCustomer();
    const guest = (await send('guest')).body;
    const answer = send('login', { email, password }, guest.accessToken);
    await asked.promise;
    clock.advance(2_000);
    const { status, body } = await answer;
    expect([status, body.cartMerged]).toEqual([200, false]);
  });

  it('When the guest of the token is a customer by now, then that cart is left alone', async () => {
    const guest = (await send('guest')).body;
    await send('register', { email: someEmail(), password, name: 'Upgraded' }, guest.accessToken);
    const { email } = await someCustomer();
    const { status, body } = await send('login', { email, password }, guest.accessToken);
    expect([status, body.cartMerged]).toEqual([200, false]);
    expect(merges).toEqual([]);
  });

  it('When the password is wrong, then nothing is merged', async () => {
    const { email } = await someCustomer();
    const guest = (await send('guest')).body;
    expect((await send('login', { email, password: 'wrong password' }, guest.accessToken)).status).toBe(401);
    expect(merges).toEqual([]);
  });
});
