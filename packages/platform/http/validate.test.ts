import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve, type TestServer } from '../testing/http.ts';
import { created, del, get, post } from './route.ts';
import { email, isoDate, joi, moneySchema, plainText, sku, uuid } from './schemas.ts';

const id = '01900000-0000-7000-8000-00000000000a';
const anything = joi.object();
const echo = joi.object<{ name: string; size?: number; tags?: string[] }>({
  name: plainText(20).required(),
  size: joi.number().integer().min(1),
  tags: joi.array().items(joi.string().max(5)),
});

const routes = [
  get(
    '/things/:id',
    {
      summary: 'one',
      access: 'anyone',
      params: joi.object<{ id: string }>({ id: uuid.required() }),
      query: joi.object<{ limit: number }>({ limit: joi.number().integer().min(1).default(20) }),
      versioned: true,
      answers: { 200: anything },
    },
    ({ params, query }) => ({ id: params.id, version: query.limit }),
  ),
  del('/things/:id', { summary: 'none', access: 'anyone', answers: { 204: null } }, () => undefined),
  post('/echo', { summary: 'echo', access: 'anyone', body: echo, answers: { 201: anything } }, ({ body }) =>
    created('/echo/1', { body }),
  ),
  post(
    '/optional',
    {
      summary: 'o',
      access: 'anyone',
      body: joi.object<{ a?: string }>({ a: joi.string() }).optional(),
      answers: { 200: anything },
    },
    ({ body }) => ({ body }),
  ),
  post(
    '/text',
    {
      summary: 't',
      access: 'anyone',
      body: joi.string(),
      bodyType: 'text/csv',
      maxBodyBytes: 10,
      answers: { 200: anything },
    },
    ({ body }) => ({ body }),
  ),
  post('/any', { summary: 'a', access: 'anyone', body: joi.any(), answers: { 200: anything } }, ({ body }) => ({
    body,
  })),
  post(
    '/keyed',
    { summary: 'k', access: 'anyone', idempotencyKey: 'required', answers: { 200: anything } },
    ({ idempotencyKey }) => ({ idempotencyKey }),
  ),
  post(
    '/maybe-keyed',
    { summary: 'k', access: 'anyone', idempotencyKey: 'optional', answers: { 200: anything } },
    ({ idempotencyKey }) => ({ idempotencyKey: idempotencyKey ?? null }),
  ),
  post(
    '/pieces',
    {
      summary: 'p',
      access: 'anyone',
      body: joi.object({ email, at: isoDate, price: moneySchema(), sku }),
      answers: { 200: anything },
    },
    () => ({}),
  ),
  get('/status', { summary: 's', access: 'anyone', answers: { 200: anything } }, () => ({ status: 'active', body: 1 })),
];

describe('what a request carries', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(routes);
  });
  afterAll(() => server.close());

  const faults = (body: { code: string; errors: unknown }) => {
    expect(body.code).toBe('VALIDATION_FAILED');
    return body.errors;
  };

  describe('validation', () => {
    it('When several things are wrong, then every fault is listed with its place', async () => {
      const { status, body } = await server.request('POST', '/echo', {
        body: { size: '5', tags: ['fine', 'too long'], extra: 1 },
      });
      expect(status).toBe(400);
      expect(faults(body)).toEqual([
        { in: 'body', path: 'name', message: 'name is required' },
        { in: 'body', path: 'size', message: 'size must be a number' },
        { in: 'body', path: 'tags.1', message: expect.stringContaining('less than or equal to 5') },
        { in: 'body', path: 'extra', message: 'extra is not allowed' },
      ]);
    });

    it('When params, query and headers are wrong together, then all are listed', async () => {
      const { body } = await server.request('GET', '/things/x?limit=0&foo=1', { headers: { 'If-Match': 'nonsense' } });
      expect((faults(body) as { in: string; path: string }[]).map((one) => `${one.in}:${one.path}`).sort()).toEqual([
        'headers:If-Match',
        'params:id',
        'query:foo',
        'query:limit',
      ]);
    });

    it('When a query says a number in text, then the handler gets a number', async () => {
      const { body } = await server.request('GET', `/things/${id}?limit=5`);
      expect(body).toEqual({ id, version: 5 });
    });

    it('When a query names a field twice, then the answer is 400', async () => {
      const { status } = await server.request('GET', `/things/${id}?limit=5&limit=6`);
      expect(status).toBe(400);
    });

    it('When a route declares no query and gets one, then it is refused rather than ignored', async () => {
      const { status, body } = await server.request('DELETE', '/things/1?part=2');
      expect([status, faults(body)]).toEqual([400, [{ in: 'query', path: 'part', message: 'part is not allowed' }]]);
      expect((await server.request('DELETE', '/things/1?')).status).toBe(204);
    });

    it('When there are thousands of faults, then a hundred are listed and all are counted', async () => {
      const { body } = await server.request('POST', '/echo', {
        body: { name: 'a', tags: Array.from({ length: 15_000 }, () => 1) },
      });
      expect(faults(body)).toHaveLength(100);
      expect(body.detail).toBe('15000 faults were found; the first 100 are listed.');
    });

    it('When a value has another form, then the message names the form and does not send the value back', async () => {
      const { body } = await server.request('POST', '/echo', { body: { name: 'a\u0007' } });
      expect(body.detail).toBe('In body: name must be text of one line without control characters.');
    });

    it('When the shared pieces get bad values, then each says so', async () => {
      const { body } = await server.request('POST', '/pieces', {
        body: { email: 'no', at: '2026-02-30T00:00:00Z', price: { amount: 1.5, currency: 'usd' }, sku: ' A' },
      });
      expect((faults(body) as { path: string }[]).map(({ path }) => path)).toEqual([
        'email',
        'at',
        'price.amount',
        'price.currency',
        'sku',
      ]);
      for (const hidden of ['.', '..', 'A\u200bB', '\u3164', 'A\u202e'])
        expect([hidden, (await server.request('POST', '/pieces', { body: { sku: hidden } })).status]).toEqual([
          hidden,
          400,
        ]);
      for (const at of ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+23:00', '9999-12-31T23:59:59-23:00']) {
        const { body: outside } = await server.request('POST', '/pieces', { body: { at } });
        expect(faults(outside)).toMatchObject([{ message: 'at must be in the years 1 to 9999 UTC' }]);
      }
      const good = {
        email: 'a@b.test',
        at: '2026-02-28T00:00:00.5+02:00',
        price: { amount: 0, currency: 'EUR' },
        sku: 'Ä 1',
      };
      expect((await server.request('POST', '/pieces', { body: good })).status).toBe(200);
    });
  });

  describe('bodies', () => {
    const json = { 'Content-Type': 'application/json' };
    const send = (path: string, body: string, headers: Record<string, string> = json) =>
      server.request('POST', path, { body, headers });

    it('When the body is not JSON, then the answer is 400 MALFORMED_JSON', async () => {
      for (const text of ['{"name":', '{name: 1}', 'undefined', '\0']) {
        const { status, body } = await send('/echo', text);
        expect([text, status, body.code]).toEqual([text, 400, 'MALFORMED_JSON']);
      }
    });

    it('When the body is no UTF-8, then the answer is 400 MALFORMED_JSON', async () => {
      const response = await fetch(`${server.url}/api/v1/echo`, {
        method: 'POST',
        headers: json,
        body: Buffer.from([0x22, 0xff, 0x22]),
      });
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'MALFORMED_JSON']);
    });

    it('When the type is another, then the answer is 415', async () => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1']) {
        const { status, body } = await send('/echo', '{"name":"a"}', { 'Content-Type': type });
        expect([type, status, body.code]).toEqual([type, 415, 'UNSUPPORTED_MEDIA_TYPE']);
      }
      const zipped = await send('/echo', 'x', { ...json, 'Content-Encoding': 'gzip' });
      expect(zipped.status).toBe(415);
      expect((await send('/echo', '{"name":"a"}', { 'Content-Type': 'application/json; charset=UTF-8' })).status).toBe(
        201,
      );
    });

    it('When the body has no type at all, then the answer is 415', async () => {
      const response = await fetch(`${server.url}/api/v1/echo`, { method: 'POST', body: Buffer.from('{"name":"a"}') });
      expect(response.status).toBe(415);
    });

    it('When the body is empty, then it is a fault, unless its schema makes it optional', async () => {
      const { status, body } = await server.request('POST', '/echo', { headers: json });
      expect(status).toBe(400);
      expect(faults(body)).toEqual([{ in: 'body', path: '', message: 'a body is required' }]);
      expect((await server.request('POST', '/optional')).body).toEqual({ body: {} });
      expect((await server.request('POST', '/optional', { headers: json })).status).toBe(200);
      expect((await server.request('POST', '/optional', { body: { b: 1 } })).status).toBe(400);
      expect((await send('/optional', 'null')).status).toBe(400);
    });

    it('When the body has 256 KiB and one byte, then the answer is 413, and the connection stays usable', async () => {
      const fill = (bytes: number) => `{"name":"${'x'.repeat(bytes - 11)}"}`;
      const { status, body } = await send('/echo', fill(256 * 1024 + 1));
      expect([status, body.code]).toEqual([413, 'BODY_TOO_LARGE']);
      expect((await send('/echo', fill(256 * 1024))).status).toBe(400);
      expect((await send('/echo', fill(30))).status).toBe(201);
    });

    it('When a body of unknown length grows too large, then the answer is 413', async () => {
      const pieces = new ReadableStream({
        start(controller) {
          for (let piece = 0; piece < 40; piece += 1) controller.enqueue(new Uint8Array(10_000));
          controller.close();
        },
      });
      const response = await fetch(`${server.url}/api/v1/echo`, {
        method: 'POST',
        headers: json,
        body: pieces,
        duplex: 'half',
      } as RequestInit);
      expect(response.status).toBe(413);
    });

    it('When a route takes text, then the handler gets it, within its own limit', async () => {
      const csv = { 'Content-Type': 'text/csv' };
      expect((await send('/text', 'a,b\n1,2', csv)).body).toEqual({ body: 'a,b\n1,2' });
      expect((await send('/text', 'a,b\n1,2,3,4', csv)).status).toBe(413);
      expect((await send('/text', '{}', json)).status).toBe(415);
    });

    it('When a key reaches for a prototype anywhere, then the answer is 400', async () => {
      for (const text of [
        '{"__proto__":{"admin":true}}',
        '{"a":[{"__proto__":1}]}',
        '{"\\u005f_proto__":1}',
        '{"constructor":{"prototype":{}}}',
      ]) {
        const { status, body } = await send('/any', text);
        expect([text, status, body.code]).toEqual([text, 400, 'VALIDATION_FAILED']);
      }
      expect((await send('/any', '{"constructor":"Volvo"}')).status).toBe(200);
      expect((await server.request('GET', `/things/${id}?__proto__=1`)).status).toBe(400);
    });

    it('When text holds NUL or half a character, or nests without end, then the answer is 400', async () => {
      for (const text of ['{"a":"\\u0000"}', '{"\\u0000":1}', '["\\ud800"]', '['.repeat(20_000) + ']'.repeat(20_000)]) {
        const { status, body } = await send('/any', text);
        expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
      }
      expect((await server.request('DELETE', '/things/a%00b')).status).toBe(400);
      expect((await server.request('GET', '/status?x=%00')).status).toBe(400);
    });
  });

  it('When a body holds tens of thousands of values, or a name without end, then one fault says so', async () => {
    const { body: many } = await server.request('POST', '/any', { body: Array.from({ length: 20_001 }, () => 1) });
    expect(faults(many)).toEqual([{ in: 'body', path: '', message: 'value must not hold more than 20000 values' }]);
    const { body: long } = await server.request('POST', '/any', { body: { ['k'.repeat(256)]: 1 } });
    expect(faults(long)).toEqual([
      { in: 'body', path: '', message: 'value must not have names longer than 255 characters' },
    ]);
    expect((await server.request('POST', '/any', { body: { ['k'.repeat(255)]: 1 } })).status).toBe(200);
  });

  describe('idempotency keys', () => {
    const send = (path: string, key?: string) =>
      server.request('POST', path, { headers: key === undefined ? {} : { 'Idempotency-Key': key } });

    it('When a key is required and missing, then the answer is 400 IDEMPOTENCY_KEY_REQUIRED', async () => {
      for (const key of [undefined, '']) {
        const { status, body } = await send('/keyed', key);
        expect([status, body.code]).toEqual([400, 'IDEMPOTENCY_KEY_REQUIRED']);
      }
    });

    it('When two keys are sent, then neither is chosen', async () => {
      const twice = new Promise<number | undefined>((resolve, reject) => {
        const headers = { 'Idempotency-Key': ['a', 'b'] };
        const request = http.request(`${server.url}/api/v1/keyed`, { method: 'POST', headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.once('error', reject).end();
      });
      expect(await twice).toBe(400);
    });

    it('When a key is sent, then it must have 1 to 255 printable characters', async () => {
      expect((await send('/keyed', 'k'.repeat(255))).body).toEqual({ idempotencyKey: 'k'.repeat(255) });
      expect((await send('/maybe-keyed', 'k')).body).toEqual({ idempotencyKey: 'k' });
      expect((await send('/maybe-keyed')).body).toEqual({ idempotencyKey: null });
      expect(faults((await send('/maybe-keyed', '')).body)).toMatchObject([{ in: 'headers', path: 'Idempotency-Key' }]);
      for (const bad of ['k'.repeat(256), 'é']) {
        for (const path of ['/keyed', '/maybe-keyed']) {
          const { status, body } = await send(path, bad);
          expect(status).toBe(400);
          expect(faults(body)).toMatchObject([{ in: 'headers', path: 'Idempotency-Key' }]);
        }
      }
    });
  });
});
