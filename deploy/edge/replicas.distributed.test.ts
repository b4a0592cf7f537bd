import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { leftOutFile } from './config.ts';
import { echo, type Handler, type Sent, send, startTestEdge, type TestEdge } from './testing.ts';

const unavailable: Handler = (request, response) => {
  request.resume();
  response.writeHead(503, { 'Content-Type': 'application/problem+json', 'Retry-After': '4' });
  response.end('{"code":"UNAVAILABLE","detail":"from the service"}');
};
const hangUp: Handler = (request) => request.socket.destroy();

let edge: TestEdge;
const call = (sent: Sent) => send(edge, sent);
const replicas = () => edge.upstreams.order;
const askedFor = (path: string) => replicas().flatMap(({ seen }) => seen.filter((one) => one.path === path)).length;

beforeEach(async () => {
  edge = await startTestEdge({ replicas: 2 });
  return () => edge.close();
});

const sendMany = (count: number, sent: Sent) => Promise.all(Array.from({ length: count }, () => call(sent)));

describe('the replicas behind the edge', () => {
  it('When all is well, then both are asked', async () => {
    await sendMany(40, { path: '/api/v1/orders' });
    for (const { seen } of replicas()) expect(seen.length).toBeGreaterThan(5);
  });

  it('When one takes no connections, then no request fails, whatever its method', async () => {
    await replicas()[0]?.close();
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const all = await sendMany(20, { method, path: '/api/v1/orders' });
      expect(all.every(({ status }) => status === 200)).toBe(true);
    }
  });

  it('When one breaks off a GET, then the other answers it', async () => {
    replicas()[0]?.answer(hangUp);
    const reads = await sendMany(10, { path: '/api/v1/orders' });
    expect(reads.every(({ status }) => status === 200)).toBe(true);
  });

  it('When one breaks off a POST, then it is not sent again: it may have done its work', async () => {
    for (const { answer } of replicas()) answer(hangUp);
    const { status, body } = await call({ method: 'POST', path: '/api/v1/orders/7/cancel', body: '{}' });
    expect([status, body.code]).toEqual([503, 'UNAVAILABLE']);
    expect(askedFor('/api/v1/orders/7/cancel')).toBe(1);
  });

  it('When one breaks off a checkout, then the other gets it too: its key makes the effect one', async () => {
    replicas()[0]?.answer(hangUp);
    const all = await sendMany(10, { method: 'POST', path: '/api/v1/checkouts', body: '{}' });
    expect(all.map(({ status, body }) => [status, body.replica])).toEqual(Array(10).fill([200, 2]));
  });

  it('When one is unavailable, then a GET goes to the other', async () => {
    replicas()[0]?.answer(unavailable);
    const reads = await sendMany(10, { path: '/api/v1/orders' });
    expect(reads.every(({ status }) => status === 200)).toBe(true);
  });

  it('When one refuses a POST as unavailable, then that is the answer: it may have begun', async () => {
    for (const { answer } of replicas()) answer(unavailable);
    const write = await call({ method: 'POST', path: '/api/v1/checkouts', body: '{}' });
    expect([write.status, write.headers['retry-after'], write.body.detail]).toEqual([503, '4', 'from the service']);
    expect(askedFor('/api/v1/checkouts')).toBe(1);
  });

  it('When one is left out, then requests go to the other until it is taken back', async () => {
    const file = join(edge.dir, leftOutFile('order', 1));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '');
    const path = '/api/v1/orders/a%2Fb?q=%20x';
    const out = await sendMany(20, { path });
    expect(out.map(({ body }) => [body.replica, body.path])).toEqual(Array(20).fill([2, path]));
    expect((await sendMany(20, { path: '/api/v1/cart' })).some(({ body }) => body.replica === 1)).toBe(true);
    await rm(file);
    expect((await sendMany(20, { path })).some(({ body }) => body.replica === 1)).toBe(true);
  });

  it('When each has failed a request, then neither is left alone: the next ones are served', async () => {
    const breaking =
      (path: string): Handler =>
      (request, response, seen) =>
        request.url === path ? request.socket.destroy() : echo(request, response, seen);
    for (const { answer } of replicas()) answer(breaking('/api/v1/orders/broken'));
    expect((await call({ path: '/api/v1/orders/broken' })).status).toBe(503);
    const all = await sendMany(10, { path: '/api/v1/orders' });
    expect(all.every(({ status }) => status === 200)).toBe(true);
  });

  it('When all of a service are unready, then so is the shop, and it says what; one of them is enough', async () => {
    const ready = () => call({ path: '/health/ready' });
    expect((await ready()).body).toEqual({ status: 'ready' });
    edge.upstreams.cart[0]?.answer(unavailable);
    expect((await ready()).status).toBe(200);
    edge.upstreams.cart[1]?.answer(unavailable);
    const { status, headers, body } = await ready();
    expect([status, body.code, body.errors]).toEqual([503, 'UNAVAILABLE', [{ part: 'cart' }]]);
    expect([headers['retry-after'], headers['cache-control'], headers['content-type']]).toEqual([
      '1',
      'no-store',
      'application/problem+json; charset=utf-8',
    ]);
    for (const { answer } of edge.upstreams.cart) answer(echo);
    await expect.poll(async () => (await ready()).status, { timeout: 3_000 }).toBe(200);
  });
});

describe('streams through the edge', () => {
  let streaming: TestEdge;
  beforeAll(async () => {
    streaming = await startTestEdge();
  });
  afterAll(() => streaming.close());

  it('When a checkout is watched, then each event arrives as it is sent', async () => {
    const parts: (() => void)[] = [];
    streaming.upstreams.order[0]?.answer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: 1\n\n');
      parts.push(() => response.end('data: 2\n\n'));
    });
    const response = await fetch(`${streaming.url}/api/v1/checkouts/7/events`);
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n');
    parts[0]?.();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 2\n\n');
  });

  it('When a sheet is imported, then it goes on as it comes, and so does what is told meanwhile', async () => {
    let arrived = () => {};
    const firstPart = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    streaming.upstreams.product[0]?.answer((request, response) => {
      request.once('data', () => arrived());
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      response.write('{"done":1}\n');
      request.once('end', () => response.end('{"done":2}\n'));
    });
    const sheet = new ReadableStream({
      async start(controller) {
        controller.enqueue(Buffer.from('Handle,Title\n'));
        await firstPart;
        controller.enqueue(Buffer.from('mug,Mug\n'));
        controller.close();
      },
    });
    const response = await fetch(`${streaming.url}/api/v1/products/import`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/csv' },
      body: sheet,
      duplex: 'half',
    } as RequestInit);
    expect(await response.text()).toBe('{"done":1}\n{"done":2}\n');
  });
});
