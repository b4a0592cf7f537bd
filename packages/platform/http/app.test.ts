import { refuse } from '@shop/contracts/problems.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestContext } from '../telemetry/context.ts';
import { eventually } from '../testing/eventually.ts';
import { serve, type TestServer, testServiceToken } from '../testing/http.ts';
import { recordingLogger } from '../testing/logger.ts';
import { answer, created, del, get, patch, post } from './route.ts';
import { joi, plainText, uuid } from './schemas.ts';

const id = '01900000-0000-7000-8000-00000000000a';
const thing = joi.object({ id: joi.string().required(), version: joi.number().required() });
const anything = joi.object();
const echo = joi.object<{ name: string }>({ name: plainText(20).required() });

const routes = [
  get('/things/first', { summary: 'static', access: 'anyone', answers: { 200: anything } }, () => ({ static: true })),
  get(
    '/things/:id',
    {
      summary: 'one',
      access: 'anyone',
      params: joi.object<{ id: string }>({ id: uuid.required() }),
      query: joi.object<{ limit: number }>({ limit: joi.number().integer().min(1).default(20) }),
      versioned: true,
      answers: { 200: thing },
    },
    ({ params, query }) => ({ id: params.id, version: query.limit }),
  ),
  patch(
    '/things/:id',
    {
      summary: 'write',
      access: 'anyone',
      params: joi.object<{ id: string }>({ id: joi.string().required() }),
      body: echo,
      versioned: true,
      answers: { 200: anything },
    },
    ({ ifMatch }) => (ifMatch === 4 ? refuse('VERSION_CONFLICT') : { ifMatch: ifMatch ?? null }),
  ),
  del('/things/:id', { summary: 'none', access: 'anyone', answers: { 204: null } }, () => undefined),
  post('/echo', { summary: 'echo', access: 'anyone', body: echo, answers: { 201: anything } }, ({ body }) =>
    created('/echo/1', { body }),
  ),
  get('/status', { summary: 's', access: 'anyone', answers: { 200: anything } }, () => ({ status: 'active', body: 1 })),
  get('/accepted', { summary: 's', access: 'anyone', answers: { 200: anything, 202: anything } }, () =>
    answer(202, { later: true }, { 'Retry-After': '3' }),
  ),
  get(
    '/refused',
    {
      summary: 'r',
      access: 'anyone',
      query: joi.object({ token: joi.string() }),
      answers: { 200: anything, 409: ['OUT_OF_STOCK'] },
    },
    () =>
      refuse('OUT_OF_STOCK', {
        detail: 'Two are left.',
        errors: [{ sku: 'A', requested: 3, available: 2 }],
        checkoutId: id,
        retryAfter: 1.2,
      }),
  ),
  get('/broken', { summary: 'b', access: 'anyone', answers: { 200: anything } }, () => {
    throw new Error('duplicate key value violates "secret_index"');
  }),
  get('/offline', { summary: 'b', access: 'anyone', answers: { 200: anything } }, () => {
    throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' });
  }),
  get(
    '/context',
    { summary: 'c', access: 'anyone', query: joi.object({ secret: joi.string() }), answers: { 200: anything } },
    async () => {
      await Promise.resolve();
      return { ...requestContext.get() };
    },
  ),
  post('/internal/stock/reserve', { summary: 'i', access: 'service', answers: { 200: anything } }, () => ({ ok: 1 })),
  post('/internal/broken', { summary: 'i', access: 'service', answers: { 200: anything } }, () => {
    throw new Error('broken');
  }),
  get('/.well-known/jwks.json', { summary: 'w', access: 'anyone', answers: { 200: anything } }, () => ({ keys: [] })),
];

describe('the HTTP face of a service', () => {
  const { logger, lines } = recordingLogger();
  let server: TestServer;
  let notReady: string[] = [];

  beforeAll(async () => {
    server = await serve(routes, { logger, ready: async () => notReady });
  });
  afterAll(() => server.close());

  describe('problems', () => {
    it('When a handler refuses, then the answer is a problem with its code, its status and its errors', async () => {
      const { status, headers, body } = await server.request('GET', '/refused?token=x');
      expect(status).toBe(409);
      expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(headers.get('retry-after')).toBe('2');
      expect(body).toEqual({
        type: 'urn:problem:out-of-stock',
        title: 'Not everything is in stock',
        status: 409,
        code: 'OUT_OF_STOCK',
        detail: 'Two are left.',
        instance: '/api/v1/refused',
        errors: [{ sku: 'A', requested: 3, available: 2 }],
        checkoutId: id,
      });
    });

    it('When a handler fails, then the answer is 500 without a word of the cause, which is in the log', async () => {
      const { status, body } = await server.request('GET', '/broken', { headers: { 'X-Request-Id': 'broken-1' } });
      expect(status).toBe(500);
      expect(body.code).toBe('INTERNAL');
      expect(JSON.stringify(body)).not.toContain('secret_index');
      const line = lines.find((one) => one.requestId === 'broken-1' && one.err) as { err: { stack: string } };
      expect(line.err.stack).toContain('secret_index');
      expect(line.err.stack).toContain('app.test.ts');
    });

    it('When infrastructure is gone, then the answer is 503 with Retry-After 1', async () => {
      const { status, headers, body } = await server.request('GET', '/offline');
      expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'UNAVAILABLE', '1']);
      expect(JSON.stringify(body)).not.toContain('10.0.0.7');
    });

    it('When nothing is at a path, then the answer is 404', async () => {
      for (const path of ['/nothing', '/internal', '/openapi.json', '/docs/', '/api', '/constructor']) {
        const { status, body } = await server.request('GET', path);
        expect([path, status, body.code]).toEqual([path, 404, 'NOT_FOUND']);
      }
    });

    it('When the method is another, then the answer is 405 and Allow names what works', async () => {
      const put = await server.request('PUT', '/things/7');
      expect([put.status, put.body.code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
      expect(put.headers.get('allow')).toBe('DELETE, GET, HEAD, PATCH');
      const health = await server.request('POST', '/health/live');
      expect([health.status, health.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      const options = await server.request('OPTIONS', '/echo');
      expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST']);
    });

    it('When a literal path does not take a method that its neighbour with a parameter takes, then it is 405', async () => {
      const removed = await server.request('DELETE', '/things/first');
      expect([removed.status, removed.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      const options = await server.request('OPTIONS', '/things/first');
      expect(options.headers.get('allow')).toBe('GET, HEAD');
    });

    it('When the URL holds broken percent-encoding, then the answer is 400', async () => {
      for (const path of ['/things/%E0%A4%A', '/nothing/%zz', '/things/first?a=%E0%A4']) {
        const { status, body } = await server.request('GET', path);
        expect([path, status, body.code]).toEqual([path, 400, 'VALIDATION_FAILED']);
      }
    });
  });

  describe('answers', () => {
    it('When something was created, then the answer is 201 with its place under the API', async () => {
      const { status, headers, body } = await server.request('POST', '/echo', { body: { name: 'a' } });
      expect([status, headers.get('location'), body]).toEqual([201, '/api/v1/echo/1', { body: { name: 'a' } }]);
    });

    it('When a body has a status of its own, then it is still a body', async () => {
      const { status, body } = await server.request('GET', '/status');
      expect([status, body]).toEqual([200, { status: 'active', body: 1 }]);
    });

    it('When a handler chooses status and headers, then they are sent', async () => {
      const { status, headers, body } = await server.request('GET', '/accepted');
      expect([status, headers.get('retry-after'), body]).toEqual([202, '3', { later: true }]);
    });

    it('When there is nothing to say, then the answer is 204', async () => {
      const { status, body } = await server.request('DELETE', '/things/7');
      expect([status, body]).toEqual([204, undefined]);
    });

    it('When a fixed path competes with a parameter, then the fixed one wins', async () => {
      expect((await server.request('GET', '/things/first')).body).toEqual({ static: true });
    });

    it('When a path is well-known or internal, then it stands at the root only', async () => {
      expect((await server.request('GET', '/.well-known/jwks.json')).body).toEqual({ keys: [] });
      expect((await server.request('GET', '/api/v1/.well-known/jwks.json')).status).toBe(404);
      const internal = { token: testServiceToken };
      expect((await server.request('POST', '/internal/stock/reserve', internal)).body).toEqual({ ok: 1 });
      expect((await server.request('POST', '/api/v1/internal/stock/reserve', internal)).status).toBe(404);
    });
  });

  describe('versions', () => {
    const tagOf = async () => (await server.request('GET', `/things/${id}?limit=5`)).headers.get('etag') ?? '';

    it('When a versioned answer is read, then its ETag is the version and a hash of the body', async () => {
      expect(await tagOf()).toMatch(/^"5-[\w-]{16}"$/);
    });

    it('When the client has the tag already, then the answer is 304 without a body', async () => {
      const etag = await tagOf();
      for (const value of [etag, `W/${etag}`, `"1-x", ${etag}`, '*']) {
        const { status, body, headers } = await server.request('GET', `/things/${id}?limit=5`, {
          headers: { 'If-None-Match': value },
        });
        expect([value, status, body, headers.get('etag')]).toEqual([value, 304, undefined, etag]);
      }
    });

    it('When the version is the same but the body is not, then the answer is whole', async () => {
      const other = '01900000-0000-7000-8000-00000000000b';
      const { status } = await server.request('GET', `/things/${other}?limit=5`, {
        headers: { 'If-None-Match': await tagOf() },
      });
      expect(status).toBe(200);
    });

    it('When If-Match is sent, then the handler gets its version', async () => {
      const write = (value: string) =>
        server.request('PATCH', '/things/1', { body: { name: 'a' }, headers: { 'If-Match': value } });
      expect((await write('"5-abc"')).body).toEqual({ ifMatch: 5 });
      expect((await write('W/"5-abc"')).body).toEqual({ ifMatch: 5 });
      expect((await write('*')).body).toEqual({ ifMatch: null });
      expect((await write('"4-abc"')).body.code).toBe('VERSION_CONFLICT');
      for (const bad of ['5', '"abc"', '"5-abc', '"-5-a"', '""', 'W/5', '"99999999999999999999-a"', '"5-a", "6-b"']) {
        const { status, body } = await write(bad);
        expect([bad, status, body.code]).toEqual([bad, 400, 'VALIDATION_FAILED']);
      }
    });
  });

  describe('request ids and traces', () => {
    it('When a sane id is sent, then it comes back, is in the log and known to the handler', async () => {
      const { headers, body } = await server.request('GET', '/context?secret=1', {
        headers: { 'X-Request-Id': 'abc-1' },
      });
      expect(headers.get('x-request-id')).toBe('abc-1');
      expect(body.requestId).toBe('abc-1');
      await expect
        .poll(() => lines.find((line) => line.requestId === 'abc-1'))
        .toMatchObject({
          method: 'GET',
          path: '/api/v1/context',
          status: 200,
        });
    });

    it('When the id is missing or not sane, then a new one is made', async () => {
      for (const sent of [undefined, 'a b', 'x'.repeat(129), '<script>']) {
        const { headers } = await server.request('GET', '/context', sent ? { headers: { 'X-Request-Id': sent } } : {});
        expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      }
    });

    it('When a valid traceparent is sent, then handlers can read it; others are ignored', async () => {
      const good = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      const traced = (traceparent: string) => server.request('GET', '/context', { headers: { traceparent } });
      expect((await traced(good)).body.traceparent).toBe(good);
      for (const bad of [
        good.replace('00-', 'ff-'),
        `${good}-x`,
        '00-0-0-0',
        good.replace(/4bf\w{29}/, '0'.repeat(32)),
      ]) {
        expect((await traced(bad)).body.traceparent).toBeUndefined();
      }
    });
  });

  describe('health', () => {
    it('When the process lives, then live answers, ready or not', async () => {
      notReady = ['postgres'];
      expect((await server.request('GET', '/health/live')).status).toBe(200);
      notReady = [];
    });

    it('When a part is missing, then ready answers 503 and names it', async () => {
      expect((await server.request('GET', '/health/ready')).body).toEqual({ status: 'ready' });
      notReady = ['postgres', 'event log'];
      const { status, body } = await server.request('GET', '/health/ready');
      expect([status, body.code, body.errors]).toEqual([
        503,
        'UNAVAILABLE',
        [{ part: 'postgres' }, { part: 'event log' }],
      ]);
      notReady = [];
    });
  });

  it('When another service asks, then its answer has no headers for browsers, and the log on level info no line of it', async () => {
    const internal = { token: testServiceToken };
    const { headers } = await server.request('POST', '/internal/stock/reserve', internal);
    expect(headers.get('content-security-policy')).toBeNull();
    expect((await server.request('POST', '/internal/broken', internal)).status).toBe(500);
    const said = (path: string) => lines.filter(({ msg, path: of }) => msg === 'request' && of === path);
    await eventually(() => said('/internal/broken').length === 1);
    expect(said('/internal/broken')[0]).toMatchObject({ level: 30, status: 500 });
    expect(new Set(said('/internal/stock/reserve').map(({ level }) => level))).toEqual(new Set([20]));
  });

  it('When any answer is sent, then it carries the security headers and not what would force HTTPS', async () => {
    const { headers } = await server.request('GET', '/status');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('content-security-policy')).not.toMatch(/upgrade-insecure-requests|unsafe|https?:|data:/);
    expect(headers.get('x-powered-by')).toBeNull();
  });
});
