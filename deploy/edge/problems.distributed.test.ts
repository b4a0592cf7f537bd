import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { echo, type Got, type Sent, send, startTestEdge, type TestEdge } from './testing.ts';

let edge: TestEdge;
const call = (sent: Sent) => send(edge, sent);

beforeAll(async () => {
  edge = await startTestEdge({ patience: '300ms' });
});
afterAll(() => edge.close());

/** Sends bytes, and reads the whole answer. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(edge.port, '127.0.0.1', () => socket.end(text));
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.once('close', () => resolve(answer));
    socket.once('error', reject);
    socket.setTimeout(3_000, () => socket.destroy());
  });

const expectProblem = (
  { status, headers, body }: Got,
  expected: { status: number; code: string; instance?: string },
) => {
  expect([headers['content-type'], status]).toEqual(['application/problem+json; charset=utf-8', expected.status]);
  expect(body).toMatchObject({ ...expected, type: `urn:problem:${expected.code.toLowerCase().replaceAll('_', '-')}` });
  expect(body.title).not.toBe('');
  expect(body.detail).not.toBe('');
  expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['x-content-type-options']).toBe('nosniff');
};

describe('what the edge refuses by itself', () => {
  it.each([
    ['a path with quotes', `/a'b`, `/a'b`],
    ['a path with a backslash', '/a\\b', undefined],
    ['a path with a query', '/a?b=c', '/a'],
    ['an encoded quote', '/a%22b', '/a%22b'],
    ['a long path', `/${'a'.repeat(1200)}`, undefined],
  ])('When nothing is at %s, then the problem is whole JSON and names what it can', async (_what, path, instance) => {
    const got = await call({ path });
    expectProblem(got, { status: 404, code: 'NOT_FOUND', ...(instance && { instance }) });
    expect(got.body.instance).toBe(instance);
  });

  it('When a body is larger than allowed, then 413 comes at once and the service hears nothing', async () => {
    const { seen } = edge.upstreams.cart[0] ?? { seen: [] };
    const fits = await call({ method: 'POST', path: '/api/v1/cart/items', body: Buffer.alloc(256 * 1024) });
    expect(fits.status).toBe(200);
    const heard = seen.length;
    const path = '/api/v1/cart/items';
    const tooLarge = await call({ method: 'POST', path, body: Buffer.alloc(256 * 1024 + 1) });
    expectProblem(tooLarge, { status: 413, code: 'BODY_TOO_LARGE', instance: path });
    expect(tooLarge.body.detail).toBe('The body may have at most 262144 bytes.');
    expect(seen.length).toBe(heard);
  });

  it('When a sheet is imported, then 10 MiB are allowed and no more', async () => {
    const path = '/api/v1/products/import';
    expect((await call({ method: 'POST', path, body: Buffer.alloc(10 * 1024 * 1024) })).status).toBe(200);
    const tooLarge = await call({ method: 'POST', path, body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expectProblem(tooLarge, { status: 413, code: 'BODY_TOO_LARGE' });
    expect(tooLarge.body.detail).toBe('The body may have at most 10485760 bytes.');
  });

  it('When another method than GET meets a file, then 405 says what is allowed', async () => {
    for (const path of ['/openapi.json', '/health/live', '/health/ready']) {
      const got = await call({ method: 'POST', path });
      expectProblem(got, { status: 405, code: 'METHOD_NOT_ALLOWED', instance: path });
      expect(got.headers.allow).toBe('GET, HEAD');
    }
  });

  it('When the URL or the headers are too large, then 431', async () => {
    expectProblem(await call({ path: `/api/v1/cart?q=${'a'.repeat(20_000)}` }), {
      status: 431,
      code: 'HEADERS_TOO_LARGE',
    });
    expectProblem(await call({ path: '/api/v1/cart', headers: { 'X-Large': 'a'.repeat(20_000) } }), {
      status: 431,
      code: 'HEADERS_TOO_LARGE',
    });
  });

  it('When the URL holds broken percent-encoding or NUL, then 400 says so', async () => {
    for (const path of ['/api/v1/products/%zz', '/api/v1/products/%', '/api/v1/products/a%00b'])
      expectProblem(await call({ path }), { status: 400, code: 'VALIDATION_FAILED', instance: path });
  });

  it.each([
    ['no HTTP at all', 'Hello?\r\n\r\n'],
    ['two lengths', 'POST /api/v1/cart HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'POST /api/v1/cart HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['an unknown encoding', 'POST /api/v1/cart HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n'],
    ['no host', 'GET /api/v1/cart HTTP/1.1\r\n\r\n'],
    ['another version', 'GET /api/v1/cart HTTP/3.0\r\nHost: a\r\n\r\n'],
  ])('When %s is sent, then the answer is a problem', async (_what, text) => {
    const answer = await raw(text);
    expect(answer).toContain('Content-Type: application/problem+json');
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ status: 400, code: 'MALFORMED_REQUEST' });
  });

  it('When a service takes too long, or hangs up, then 503 asks to try again', async () => {
    const [cart] = edge.upstreams.cart;
    cart?.answer(() => {});
    const late = await call({ path: '/api/v1/cart' });
    expectProblem(late, { status: 503, code: 'UNAVAILABLE', instance: '/api/v1/cart' });
    expect(late.headers['retry-after']).toBe('1');
    cart?.answer((request) => request.socket.destroy());
    expectProblem(await call({ method: 'POST', path: '/api/v1/cart/items' }), { status: 503, code: 'UNAVAILABLE' });
    cart?.answer(echo);
  });

  it('When no replica of a service is there, then 503 comes at once, and others are served', async () => {
    await edge.upstreams.discount[0]?.close();
    const since = performance.now();
    const gone = await call({ path: '/api/v1/vouchers' });
    expectProblem(gone, { status: 503, code: 'UNAVAILABLE' });
    expect(gone.headers['retry-after']).toBe('1');
    expect(performance.now() - since).toBeLessThan(1_000);
    expect((await call({ path: '/api/v1/cart' })).status).toBe(200);
  });
});
