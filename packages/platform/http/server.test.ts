import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '@shop/contracts/problems.ts';
import { watchCheckout } from '@shop/sdk/watch.ts';
import { describe, expect, it } from 'vitest';
import { serve } from '../testing/http.ts';
import { recordingLogger } from '../testing/logger.ts';
import { get, post, stream } from './route.ts';
import { joi } from './schemas.ts';

/** One request over the connections of an agent. */
const requestOver = (agent: Agent, method: string, url: string): Promise<{ status?: number; connection?: string }> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { agent, method }, (response) => {
      const { statusCode: status, headers } = response;
      response.resume().once('end', () => resolve({ status, connection: headers.connection }));
    });
    sent.once('error', reject).end();
  });

/**
 * What nginx does: connections that are kept, requests in turn to each upstream, and another one only where a connection
 * was refused; what was sent on a connection that then broke may have had its effect, so it is not sent again.
 */
const createProxy = (urls: string[], path: string) => {
  const agent = new Agent({ keepAlive: true });
  const answers: Record<string, number> = Object.fromEntries(urls.map((url) => [url, 0]));
  const broken: string[] = [];
  let sent = 0;
  let ending = false;
  const send = async (url: string): Promise<void> => {
    const { status } = await requestOver(agent, 'POST', url + path);
    if (status === 200) answers[url] = (answers[url] ?? 0) + 1;
    else broken.push(`answered ${status}`);
  };
  const worker = async (): Promise<void> => {
    while (!ending) {
      sent += 1;
      const [first = '', second = ''] = sent % 2 ? urls : urls.toReversed();
      try {
        await send(first).catch((error) => (error.code === 'ECONNREFUSED' ? send(second) : Promise.reject(error)));
      } catch (error) {
        broken.push(String(error));
      }
    }
  };
  const workers = Promise.all(Array.from({ length: 16 }, worker));
  return {
    until: async (requests: number) => {
      const target = sent + requests;
      while (sent < target) await wait(5);
    },
    async end() {
      ending = true;
      await workers;
      agent.destroy();
      return { answers, broken };
    },
  };
};

/** A hand-made switch between a test and a handler. */
const gate = () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

const streaming = (pieces: (signal: AbortSignal) => AsyncIterable<string>, type = 'text/event-stream') =>
  get(
    '/stream',
    {
      summary: 's',
      access: 'anyone',
      streams: 'text/event-stream',
      answers: { 200: joi.object(), 409: 'OUT_OF_STOCK' },
    },
    ({ signal }) => stream(type, pieces(signal)),
  );

describe('a streamed answer', () => {
  it('When pieces come one by one, then each reaches the client before the next is made', async () => {
    const second = gate();
    const server = await serve([
      streaming(async function* () {
        yield 'data: 1\n\n';
        await second.opened;
        yield 'data: 2\n\n';
      }),
    ]);
    const response = await fetch(`${server.url}/api/v1/stream`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body?.getReader();
    const text = async () => new TextDecoder().decode((await reader?.read())?.value);
    expect(await text()).toBe('data: 1\n\n');
    second.open();
    expect(await text()).toBe('data: 2\n\n');
    expect((await reader?.read())?.done).toBe(true);
    await server.close();
  });

  it('When the source refuses before its first piece, then the answer is a problem', async () => {
    const server = await serve([
      streaming(async function* () {
        if (Date.now() > 0) throw new Problem('OUT_OF_STOCK');
        yield '';
      }),
    ]);
    const { status, body } = await server.request('GET', '/stream');
    expect([status, body.code]).toEqual([409, 'OUT_OF_STOCK']);
    await server.close();
  });

  it('When the source fails midway, then the connection is cut, so that nobody takes it for the whole', async () => {
    const { logger, lines } = recordingLogger();
    const server = await serve(
      [
        streaming(async function* () {
          yield 'half';
          await wait(20);
          throw new Error('midway');
        }),
      ],
      { logger },
    );
    await expect(server.request('GET', '/stream')).rejects.toThrow();
    expect(lines.some((line) => (line.err as Error | undefined)?.message === 'midway')).toBe(true);
    await server.close();
  });

  it('When the client hangs up, then the source is stopped and the signal aborts', async () => {
    const returned = gate();
    const heard = gate();
    const server = await serve([
      streaming(async function* (signal) {
        signal.addEventListener('abort', () => heard.open());
        try {
          for (;;) {
            yield 'data: tick\n\n';
            await wait(10);
          }
        } finally {
          returned.open();
        }
      }),
    ]);
    const aborting = new AbortController();
    const response = await fetch(`${server.url}/api/v1/stream`, { signal: aborting.signal });
    await response.body?.getReader().read();
    aborting.abort();
    await Promise.all([returned.opened, heard.opened]);
    await server.close();
  });

  it('When the client reads slowly, then no more is made than fits into the buffers', async () => {
    let made = 0;
    const piece = 'x'.repeat(100_000);
    const server = await serve([
      streaming(async function* () {
        for (; made < 1_000; made += 1) yield piece;
      }, 'application/x-ndjson'),
    ]);
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write('GET /api/v1/stream HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'readable');
    await wait(300);
    const stalledAt = made;
    expect(stalledAt).toBeLessThan(900);
    await wait(200);
    expect(made).toBe(stalledAt);
    socket.destroy();
    await server.close();
  });

  it('When only the head is asked for, then the source is stopped at once', async () => {
    const returned = gate();
    const server = await serve([
      streaming(async function* () {
        try {
          for (;;) yield 'data: 1\n\n';
        } finally {
          returned.open();
        }
      }),
    ]);
    expect((await server.request('HEAD', '/stream')).status).toBe(200);
    await returned.opened;
    await server.close();
  });
});

describe('closing the server', () => {
  it('When a request is in flight, then it is finished first, and no new connection is taken', async () => {
    const [started, finish] = [gate(), gate()];
    const server = await serve([
      get('/slow', { summary: 's', access: 'anyone', answers: { 200: joi.object() } }, async () => {
        started.open();
        await finish.opened;
        return { done: true };
      }),
    ]);
    const inFlight = server.request('GET', '/slow');
    await started.opened;
    const closing = server.close();
    await wait(50);
    const late = connect(Number(new URL(server.url).port), '127.0.0.1');
    await expect(once(late, 'connect')).rejects.toThrow(/ECONNREFUSED/);
    finish.open();
    expect((await inFlight).body).toEqual({ done: true });
    await closing;
  });

  it('When connections are kept alive, then they do not hold it up', async () => {
    const server = await serve([]);
    for (let sent = 0; sent < 5; sent += 1) await server.request('GET', '/health/live');
    const before = performance.now();
    await server.close();
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('When an event stream is open, then it ends cleanly and soon', async () => {
    const server = await serve([
      streaming(async function* (signal) {
        yield 'data: 1\n\n';
        await once(signal, 'abort');
      }),
    ]);
    const response = await fetch(`${server.url}/api/v1/stream`);
    const text = response.text();
    const before = performance.now();
    await server.close();
    expect(await text).toBe('data: 1\n\n');
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('When a proxy sends without pause over connections that it keeps, then none of its requests is lost', async () => {
    const work = post('/work', { summary: 'w', access: 'anyone', answers: { 200: joi.object() } }, async () => {
      await wait(1);
      return {};
    });
    const options = { drainMs: 2_000 };
    const [leaving, staying] = [await serve([work], options), await serve([work], options)];
    const proxy = createProxy([leaving.url, staying.url], '/api/v1/work');
    await proxy.until(400);
    const before = performance.now();
    const closing = leaving.close().then(() => performance.now() - before);
    await proxy.until(1_600);
    expect(await closing).toBeLessThan(1_500);
    const { answers, broken } = await proxy.end();
    expect(broken).toEqual([]);
    expect(answers[leaving.url]).toBeGreaterThan(100);
    expect(answers[staying.url]).toBeGreaterThan(1_000);
    await staying.close();
  });

  it('When a connection was kept, then it serves one more request, is told to close, and hears that no more should come', async () => {
    const server = await serve([], { drainMs: 5_000 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (path: string) => requestOver(agent, 'GET', `${server.url}${path}`);
    expect(await ask('/health/ready')).toMatchObject({ status: 200, connection: 'keep-alive' });
    const closing = server.close();
    await wait(50);
    expect(await ask('/health/ready')).toMatchObject({ status: 503, connection: 'close' });
    await expect(ask('/health/live')).rejects.toThrow(/ECONNREFUSED/);
    await closing;
    agent.destroy();
  });

  it('When callers have yet to learn that it ends, then new connections are answered for so long, and told to close', async () => {
    const server = await serve([], { lingerMs: 300, drainMs: 5_000 });
    const ask = (path: string) => requestOver(new Agent(), 'GET', `${server.url}${path}`);
    const before = performance.now();
    const closing = server.close().then(() => performance.now() - before);
    expect(await ask('/health/live')).toEqual({ status: 200, connection: 'close' });
    expect(await ask('/health/ready')).toEqual({ status: 503, connection: 'close' });
    expect(await closing).toBeGreaterThan(290);
    await expect(ask('/health/live')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('When a kept connection sends nothing more, then it holds up the close for no longer than it may', async () => {
    const server = await serve([], { drainMs: 300 });
    await server.request('GET', '/health/live');
    const before = performance.now();
    await server.close();
    expect(performance.now() - before).toBeGreaterThan(290);
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('When a watcher of an event stream loses its server, then it goes on at another one', async () => {
    const checkout = (status: string) => `event: checkout\ndata: ${JSON.stringify({ status })}\n\n`;
    const done = gate();
    const watched = streaming(async function* (signal) {
      yield checkout('running');
      await Promise.race([done.opened, once(signal, 'abort')]);
      yield checkout('completed');
    });
    const [leaving, staying] = [await serve([watched], { drainMs: 1_000 }), await serve([watched])];
    const open = () => fetch(`${leaving.url}/api/v1/stream`).catch(() => fetch(`${staying.url}/api/v1/stream`));
    const seen: string[] = [];
    let closing: Promise<void> | undefined;
    for await (const { status } of watchCheckout(open)) {
      seen.push(status);
      if (closing) done.open();
      else closing = leaving.close();
    }
    expect(seen).toEqual(['running', 'running', 'completed']);
    await Promise.all([closing, staying.close()]);
  });

  it('When the port is taken, then listening says so', async () => {
    const { listen } = await import('./server.ts');
    const { default: express } = await import('express');
    const first = await listen(express(), { host: '127.0.0.1', port: 0 });
    await expect(listen(express(), { host: '127.0.0.1', port: first.port })).rejects.toThrow(/EADDRINUSE/);
    await first.close();
  });
});

describe('what is no request', () => {
  const send = async (url: string, text: string): Promise<string> => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(text);
    let answer = '';
    for await (const piece of socket) answer += piece;
    return answer;
  };

  it('When a URL is too long to be read, or a request is none, then its sender gets a problem all the same', async () => {
    const server = await serve([streaming(async function* () {})]);
    const long = await send(server.url, `GET /api/v1/stream?q=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(long).toMatch(/^HTTP\/1.1 431 /);
    expect(long).toContain('application/problem+json');
    expect(JSON.parse(long.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 431, code: 'HEADERS_TOO_LARGE' });
    const junk = await send(server.url, 'hello?\r\n\r\n');
    expect(JSON.parse(junk.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 400, code: 'MALFORMED_REQUEST' });
    expect((await server.request('GET', '/nothing')).status).toBe(404);
    await server.close();
  });
});
