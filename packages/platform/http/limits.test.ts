import { afterEach, describe, expect, it } from 'vitest';
import { serve, type TestServer, testServiceToken } from '../testing/http.ts';
import { systemIds } from '../time/system.ts';
import { get, post } from './route.ts';
import { joi } from './schemas.ts';

const ok = { 200: joi.object() };
const routes = [
  post('/auth/login', { summary: 'l', access: 'anyone', limit: 'auth', answers: ok }, () => ({})),
  post('/auth/register', { summary: 'r', access: 'anyone', limit: 'auth', answers: ok }, () => ({})),
  post('/auth/guest', { summary: 'g', access: 'anyone', limit: 'guest', answers: ok }, () => ({})),
  post('/checkouts', { summary: 'c', access: 'user', limit: 'checkout', answers: ok }, () => ({})),
  post('/internal/command', { summary: 'i', access: 'service', answers: ok }, () => ({})),
  get('/free', { summary: 'f', access: 'anyone', answers: ok }, () => ({})),
];

describe('rate limits', () => {
  let server: TestServer;
  afterEach(() => server.close());

  const statuses = async (
    count: number,
    method: string,
    path: string,
    token?: string,
    headers: Record<string, string> = {},
  ) => {
    const tally: Record<number, number> = {};
    for (let sent = 0; sent < count; sent += 20) {
      const size = Math.min(20, count - sent);
      const batch = Array.from({ length: size }, () => server.request(method, path, { token, headers }));
      for (const { status } of await Promise.all(batch)) tally[status] = (tally[status] ?? 0) + 1;
    }
    return tally;
  };

  it('When an address signs in more than 20 times a minute, then it is told to wait; other routes still answer', async () => {
    server = await serve(routes, { limits: true });
    expect(await statuses(12, 'POST', '/auth/login')).toEqual({ 200: 12 });
    expect(await statuses(9, 'POST', '/auth/register')).toEqual({ 200: 8, 429: 1 });
    const { headers, body } = await server.request('POST', '/auth/login');
    expect(body).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(await statuses(61, 'POST', '/auth/guest')).toEqual({ 200: 60, 429: 1 });
    expect((await server.request('GET', '/free')).status).toBe(200);
  });

  it('When a user buys more than 30 times a minute, then that user waits and no other', async () => {
    server = await serve(routes, { limits: true });
    const ada = await server.tokens.as({ id: systemIds.uuid(), role: 'customer' });
    const bob = await server.tokens.as({ id: systemIds.uuid(), role: 'guest' });
    expect(await statuses(5, 'POST', '/checkouts')).toEqual({ 401: 5 });
    expect(await statuses(31, 'POST', '/checkouts', ada)).toEqual({ 200: 30, 429: 1 });
    expect(await statuses(1, 'POST', '/checkouts', bob)).toEqual({ 200: 1 });
  });

  it('When an address sends more than 600 a minute, then it waits, also for what does not exist, but probes answer', async () => {
    server = await serve(routes, { limits: true });
    expect(await statuses(601, 'GET', '/free')).toEqual({ 200: 600, 429: 1 });
    expect(await statuses(1, 'GET', '/nothing')).toEqual({ 429: 1 });
    expect((await server.request('GET', '/health/live')).status).toBe(200);
  });

  it('When another service calls, for a user or for itself, then it is not counted; who only says so is', async () => {
    server = await serve(routes, { limits: true });
    const shown = { 'X-Service-Token': testServiceToken };
    const forged = { 'X-Service-Token': `${testServiceToken}x` };
    const ada = await server.tokens.as({ id: systemIds.uuid(), role: 'customer' });
    expect(await statuses(70, 'POST', '/auth/guest', undefined, shown)).toEqual({ 200: 70 });
    expect(await statuses(40, 'POST', '/checkouts', ada, shown)).toEqual({ 200: 40 });
    expect(await statuses(601, 'POST', '/internal/command', testServiceToken)).toEqual({ 200: 601 });
    expect(await statuses(590, 'POST', '/internal/command', `${testServiceToken}x`)).toEqual({ 401: 590 });
    expect(await statuses(11, 'GET', '/free', undefined, forged)).toEqual({ 200: 10, 429: 1 });
    expect(await statuses(1, 'POST', '/internal/command', 'x', shown)).toEqual({ 429: 1 });
    expect(await statuses(1, 'POST', '/internal/command', testServiceToken)).toEqual({ 200: 1 });
  });

  it('When a user shows the service token alone, then it stands for nobody', async () => {
    server = await serve(routes, { limits: true });
    const headers = { 'X-Service-Token': testServiceToken };
    expect(await statuses(1, 'POST', '/checkouts', undefined, headers)).toEqual({ 401: 1 });
    expect(await statuses(1, 'POST', '/internal/command', undefined, headers)).toEqual({ 401: 1 });
  });

  it('When limits are off, then nobody waits', async () => {
    server = await serve(routes, { limits: false });
    expect(await statuses(80, 'POST', '/auth/guest')).toEqual({ 200: 80 });
    expect(await statuses(30, 'POST', '/auth/login')).toEqual({ 200: 30 });
  });

  it('When a proxy is trusted, then the address that it reports counts', async () => {
    server = await serve(routes, { limits: true, trustProxy: 1 });
    const login = (address: string) =>
      server.request('POST', '/auth/login', { headers: { 'X-Forwarded-For': address } }).then(({ status }) => status);
    for (let sent = 0; sent < 20; sent += 1) expect(await login('203.0.113.1')).toBe(200);
    expect(await login('203.0.113.1')).toBe(429);
    expect(await login('203.0.113.2')).toBe(200);
  });
});
