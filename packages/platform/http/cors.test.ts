import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve, type TestServer } from '../testing/http.ts';
import { get } from './route.ts';
import { joi } from './schemas.ts';

const routes = [get('/free', { summary: 'f', access: 'anyone', answers: { 200: joi.object() } }, () => ({}))];
const page = 'https://pages.example';

describe('calls from pages of other origins', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(routes, { corsOrigins: [page] });
  });
  afterAll(() => server.close());

  it('When the origin is listed, then the answer may be read, with the headers that matter', async () => {
    const { headers } = await server.request('GET', '/free', { headers: { Origin: page } });
    expect(headers.get('access-control-allow-origin')).toBe(page);
    expect(headers.get('access-control-expose-headers')).toBe('ETag, Location, Retry-After, X-Request-Id');
    expect(headers.get('vary')).toContain('Origin');
  });

  it('When it asks first, then the preflight is answered', async () => {
    const { status, headers } = await server.request('OPTIONS', '/free', {
      headers: { Origin: page, 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'if-match' },
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-methods')).toContain('PATCH');
    for (const name of ['Authorization', 'If-Match', 'Idempotency-Key', 'X-Request-Id']) {
      expect(headers.get('access-control-allow-headers')).toContain(name);
    }
  });

  it('When the origin is another, then it gets no leave', async () => {
    const { status, headers } = await server.request('GET', '/free', { headers: { Origin: 'https://evil.example' } });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });

  it('When a problem is answered, then the page can read it too', async () => {
    const { status, headers } = await server.request('GET', '/nothing', { headers: { Origin: page } });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([404, page]);
  });

  it('When nothing is configured, then no origin gets leave', async () => {
    const closed = await serve(routes);
    const { headers } = await closed.request('GET', '/free', { headers: { Origin: page } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    await closed.close();
  });
});
