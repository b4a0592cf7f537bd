import { testDatabase } from '@shop/platform/testing/postgres.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { arrange, migrations, password, someEmail } from './testing/arrange.ts';

const pg = await testDatabase(migrations);
const { server, send, clock, identity } = await arrange(pg);
afterAll(() => server.close());

const me = (token: string) => server.request('GET', '/auth/me', { token });

describe('guests', () => {
  it('When someone comes in as a guest, then they have an id, tokens and no name', async () => {
    const { status, body } = await send('guest');
    expect(status).toBe(201);
    expect(body).toMatchObject({ tokenType: 'Bearer', expiresIn: 900 });
    expect(body.user).toEqual({ id: expect.any(String), email: null, name: null, role: 'guest' });
    expect((await me(body.accessToken)).body).toEqual(body.user);
  });
});

describe('registering', () => {
  it('When someone registers, then they are a customer who is signed in', async () => {
    const { status, body } = await send('register', { email: 'Ada@Example.com', password, name: ' Ada Lovelace ' });
    expect(status).toBe(201);
    expect(body.user).toMatchObject({ email: 'ada@example.com', name: 'Ada Lovelace', role: 'customer' });
    expect((await me(body.accessToken)).body).toEqual(body.user);
  });

  it('When the address is taken, in whatever case, then the answer is 409 EMAIL_TAKEN', async () => {
    const email = someEmail();
    await send('register', { email, password, name: 'First' });
    const { status, body } = await send('register', { email: email.toUpperCase(), password, name: 'Second' });
    expect([status, body.code]).toEqual([409, 'EMAIL_TAKEN']);
  });

  it('When ten register one address at once, then one gets it and nine are told that it is taken', async () => {
    const email = someEmail();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => send('register', { email, password, name: `Buyer ${n}` })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    const winner = answers.find(({ status }) => status === 201);
    expect((await send('login', { email, password })).body.user).toEqual(winner?.body.user);
  });

  it('When the address is a look-alike of another, then it is refused rather than taken for it', async () => {
    const { status, body } = await send('register', { email: 'ａda@example.com', password, name: 'Mallory' });
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.errors).toEqual([expect.objectContaining({ in: 'body', path: 'email' })]);
  });

  it('When fields are wrong, then every fault is listed', async () => {
    const { status, body } = await send('register', { email: 'nobody', password: 'short', name: ' ', role: 'admin' });
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['email', 'name', 'password', 'role']);
  });

  it('When the password is longer than 128 characters, then it is refused before any work is done', async () => {
    const { status } = await send('register', { email: someEmail(), password: 'x'.repeat(129), name: 'Ada' });
    expect(status).toBe(400);
  });
});

describe("registering with a guest's token", () => {
  it('When a guest registers, then the id stays and the guest is a customer', async () => {
    const guest = (await send('guest')).body;
    const email = someEmail();
    const { status, body } = await send('register', { email, password, name: 'Ada' }, guest.accessToken);
    expect(status).toBe(201);
    expect(body.user).toEqual({ id: guest.user.id, email, name: 'Ada', role: 'customer' });
    expect((await send('login', { email, password })).body.user.id).toBe(guest.user.id);
    expect((await me(guest.accessToken)).body.role).toBe('customer');
  });

  it("When a guest has become a customer, then the guest's refresh tokens no longer work", async () => {
    const guest = (await send('guest')).body;
    const customer = await send('register', { email: someEmail(), password, name: 'Ada' }, guest.accessToken);
    expect((await send('refresh', { refreshToken: guest.refreshToken })).status).toBe(401);
    expect((await send('refresh', { refreshToken: customer.body.refreshToken })).status).toBe(200);
  });

  it('When the address is taken, then the guest stays a guest and signed in', async () => {
    const email = someEmail();
    await send('register', { email, password, name: 'First' });
    const guest = (await send('guest')).body;
    const { status, body } = await send('register', { email, password, name: 'Second' }, guest.accessToken);
    expect([status, body.code]).toEqual([409, 'EMAIL_TAKEN']);
    expect((await me(guest.accessToken)).body.role).toBe('guest');
    expect((await send('refresh', { refreshToken: guest.refreshToken })).status).toBe(200);
  });

  it('When one guest registers ten times at once, then one upgrade takes place and the others are users of their own', async () => {
    const guest = (await send('guest')).body;
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        send('register', { email: someEmail(), password, name: 'Ada' }, guest.accessToken),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    const ids = answers.map(({ body }) => body.user.id);
    expect(ids.filter((id) => id === guest.user.id)).toHaveLength(1);
    expect(new Set(ids).size).toBe(10);
    const upgraded = answers.find(({ body }) => body.user.id === guest.user.id)?.body.user;
    expect(await identity.me(guest.user)).toEqual(upgraded);
  });

  it("When a customer's token is sent along, then a new user is made", async () => {
    const first = (await send('register', { email: someEmail(), password, name: 'First' })).body;
    const second = (await send('register', { email: someEmail(), password, name: 'Second' }, first.accessToken)).body;
    expect(second.user.id).not.toBe(first.user.id);
    expect((await me(first.accessToken)).body).toEqual(first.user);
  });
});

describe('who you are', () => {
  it('When there is no token, or one that has expired, then the answer is 401', async () => {
    const { accessToken } = (await send('guest')).body;
    expect((await server.request('GET', '/auth/me')).body.code).toBe('UNAUTHENTICATED');
    clock.advance(901_000);
    expect((await me(accessToken)).body.code).toBe('UNAUTHENTICATED');
  });

  it('When the user of a token does not exist, then the answer is 401', async () => {
    expect(await identity.me({ id: systemIds.uuid(), role: 'customer' })).toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
