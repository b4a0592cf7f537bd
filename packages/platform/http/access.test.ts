import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve, type TestServer, testServiceToken } from '../testing/http.ts';
import { manualClock } from '../testing/time.ts';
import { systemIds } from '../time/system.ts';
import { type Access, get, type User } from './route.ts';
import { joi } from './schemas.ts';

const route = (path: string, access: Access) =>
  get(
    path,
    { summary: access, access, query: joi.object({ n: joi.number() }), answers: { 200: joi.object() } },
    ({ user, token }) => ({
      user: user ?? null,
      hasToken: token !== undefined,
    }),
  );

const routes = [
  route('/anyone', 'anyone'),
  route('/user', 'user'),
  route('/customer', 'customer'),
  route('/admin', 'admin'),
  route('/internal/stock', 'service'),
];

const user = (role: User['role']): User => ({ id: systemIds.uuid(), role });

describe('access', () => {
  const clock = manualClock();
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(routes, { clock });
  });
  afterAll(() => server.close());

  it('When no token is sent, then only routes for anyone answer', async () => {
    expect((await server.request('GET', '/anyone')).body).toEqual({ user: null, hasToken: false });
    for (const path of ['/user', '/customer', '/admin']) {
      const { status, body, headers } = await server.request('GET', path);
      expect([status, body.code]).toEqual([401, 'UNAUTHENTICATED']);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  it('When a role calls, then it reaches what its rank allows', async () => {
    const reached: Record<string, number[]> = {};
    for (const role of ['guest', 'customer', 'admin'] as const) {
      const token = await server.tokens.as(user(role));
      const answers = ['/anyone', '/user', '/customer', '/admin'].map((path) => server.request('GET', path, { token }));
      reached[role] = (await Promise.all(answers)).map(({ status }) => status);
    }
    expect(reached).toEqual({
      guest: [200, 200, 403, 403],
      customer: [200, 200, 200, 403],
      admin: [200, 200, 200, 200],
    });
  });

  it('When a valid token is sent to a route for anyone, then the handler knows the user', async () => {
    const who = user('guest');
    const { body } = await server.request('GET', '/anyone', { token: await server.tokens.as(who) });
    expect(body).toEqual({ user: who, hasToken: true });
  });

  it('When a bad token is sent, then even a route for anyone answers 401', async () => {
    const token = await server.tokens.as(user('admin'));
    const flipped = `${token.slice(0, -5)}${token.at(-5) === 'A' ? 'B' : 'A'}${token.slice(-4)}`;
    for (const bad of ['x', 'a.b.c', flipped, `${token}.${token}`]) {
      expect((await server.request('GET', '/anyone', { token: bad })).status).toBe(401);
    }
    const basic = await server.request('GET', '/anyone', { headers: { Authorization: 'Basic YTpi' } });
    expect(basic.status).toBe(401);
    expect((await server.request('GET', '/user', { headers: { Authorization: `bearer ${token}` } })).status).toBe(200);
  });

  it('When a token has ended, then it is refused, also one that was good a moment ago', async () => {
    const token = await server.tokens.as(user('customer'));
    expect((await server.request('GET', '/user', { token })).status).toBe(200);
    clock.advance(899_000);
    expect((await server.request('GET', '/user', { token })).status).toBe(200);
    clock.advance(1_000);
    expect((await server.request('GET', '/user', { token })).status).toBe(401);
  });

  it('When the request is not valid either, then who calls is looked at first', async () => {
    expect((await server.request('GET', '/user?n=x')).status).toBe(401);
    const guest = await server.tokens.as(user('guest'));
    expect((await server.request('GET', '/admin?n=x', { token: guest })).status).toBe(403);
  });

  it('When an internal route is called, then only the service token opens it', async () => {
    const open = (token?: string) => server.request('GET', '/internal/stock', { token });
    expect((await open(testServiceToken)).status).toBe(200);
    const admin = await server.tokens.as(user('admin'));
    for (const bad of [undefined, 'x', testServiceToken.slice(1), `${testServiceToken}x`, admin]) {
      expect((await open(bad)).status).toBe(401);
    }
  });

  it('When the service token is sent to a public route, then it is no access token', async () => {
    expect((await server.request('GET', '/user', { token: testServiceToken })).status).toBe(401);
  });
});

describe('a server without a service token', () => {
  it('When an internal route is called, then nothing opens it', async () => {
    const server = await serve(routes, { serviceToken: '' });
    for (const token of ['', 'x', 'undefined']) {
      expect((await server.request('GET', '/internal/stock', { token })).status).toBe(401);
    }
    await server.close();
  });
});
