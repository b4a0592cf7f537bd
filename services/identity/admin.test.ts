import { testDatabase } from '@shop/platform/testing/postgres.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { arrange, migrations, password, someEmail } from './testing/arrange.ts';

const pg = await testDatabase(migrations);
const { server, send, identity } = await arrange(pg);
afterAll(() => server.close());

const adminPassword = 'admin-password';
const signIn = (email: string, secret: string) => send('login', { email, password: secret });

describe('the first administrator', () => {
  it('When there is none, then it is made and can sign in', async () => {
    const email = someEmail();
    expect(await identity.ensureAdmin({ email: email.toUpperCase(), password: adminPassword })).toBe('made');
    const { body } = await signIn(email, adminPassword);
    expect(body.user).toMatchObject({ email, role: 'admin' });
    const me = await server.request('GET', '/auth/me', { token: body.accessToken });
    expect(me.body).toEqual(body.user);
  });

  it('When there is one, then it keeps its password', async () => {
    const email = someEmail();
    await identity.ensureAdmin({ email, password: adminPassword });
    expect(await identity.ensureAdmin({ email, password: 'another-password' })).toBe('present');
    expect((await signIn(email, adminPassword)).status).toBe(200);
    expect((await signIn(email, 'another-password')).status).toBe(401);
  });

  it('When many processes start at once, then one makes it', async () => {
    const email = someEmail();
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => identity.ensureAdmin({ email, password: adminPassword })),
    );
    expect(outcomes.sort()).toEqual(['made', 'present', 'present', 'present', 'present']);
  });

  it('When a customer has the address, then it is promoted with the configured password and signed out everywhere', async () => {
    const email = someEmail();
    const customer = (await send('register', { email, password, name: 'Early' })).body;
    expect(await identity.ensureAdmin({ email, password: adminPassword })).toBe('promoted');
    expect((await signIn(email, password)).status).toBe(401);
    expect((await send('refresh', { refreshToken: customer.refreshToken })).status).toBe(401);
    expect((await signIn(email, adminPassword)).body.user).toMatchObject({ id: customer.user.id, role: 'admin' });
  });

  it('When customers sign in while their address is promoted, then no sign-in with their own password survives', async () => {
    for (let round = 0; round < 5; round += 1) {
      const email = someEmail();
      await send('register', { email, password, name: 'Early' });
      const [, ...signIns] = await Promise.all([
        identity.ensureAdmin({ email, password: adminPassword }),
        ...Array.from({ length: 4 }, () => signIn(email, password)),
      ]);
      for (const { status, body } of signIns) {
        if (status === 200) expect((await send('refresh', { refreshToken: body.refreshToken })).status).toBe(401);
      }
    }
  });

  it('When the address or the password could not be registered, then the start fails with a sentence', async () => {
    await expect(identity.ensureAdmin({ email: someEmail(), password: 'short' })).rejects.toThrow(
      '8 to 128 characters',
    );
    await expect(identity.ensureAdmin({ email: 'nobody', password: adminPassword })).rejects.toThrow('not valid');
  });
});
