import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { inspect } from 'node:util';
import { Problem, refuse } from '@shop/contracts/problems.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.ts';
import { post } from '../http/route.ts';
import { joi } from '../http/schemas.ts';
import { requestContext } from '../telemetry/context.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startTracing } from '../telemetry/tracing.ts';
import { tracingSettings } from '../telemetry/tracing-settings.ts';
import { startCollector } from '../testing/collector.ts';
import { eventually } from '../testing/eventually.ts';
import { serve, testServiceToken } from '../testing/http.ts';
import { recordingLogger, silentLogger } from '../testing/logger.ts';
import { manualClock } from '../testing/time.ts';
import { systemClock, systemIds } from '../time/system.ts';
import type { Call } from './call.ts';
import { type Caller, createCaller } from './caller.ts';

interface Ok {
  ok: true;
}
const isOk = (value: unknown): value is Ok => (value as Ok | null)?.ok === true;
const ask: Call<Ok> = {
  path: '/internal/thing',
  body: { of: 'it' },
  refusals: ['OUT_OF_STOCK', 'CHECKOUT_TIMED_OUT'],
  isReply: isOk,
  withinMs: 2_000,
};

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A server that answers as told, and counts. */
const serving = async (listener: RequestListener) => {
  const seen: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    seen.push(request);
    listener(request, response);
  });
  // As long as ours offer.
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  stops.push(close);
  const connections = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
  return { url: `http://127.0.0.1:${port}`, port, seen, close, connections };
};

const answering =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
const well = answering(200, { ok: true });
const problem = (status: number, code: string, headers = {}) =>
  answering(status, { code, status }, { 'Content-Type': 'application/problem+json', ...headers });

/** An address where nobody listens. */
const nowhere = async (): Promise<string> => {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
};

const callerOf = (urls: string[], more: Partial<Parameters<typeof createCaller>[0]> = {}): Caller => {
  const options = { service: 'thing', urls, token: testServiceToken, clock: systemClock, ids: systemIds };
  const caller = createCaller({ ...options, logger: silentLogger, ...more });
  stops.push(() => caller.close());
  return caller;
};

const failure = async (promise: Promise<unknown>): Promise<Problem> => {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(Problem);
  expect((outcome as Problem).refusal).toEqual({ ok: false, code: 'UNAVAILABLE', retryAfter: 1 });
  return outcome as Problem;
};

const timed = async <T>(work: Promise<T>): Promise<[result: T, ms: number]> => {
  const before = performance.now();
  return [await work, performance.now() - before];
};

describe('what a call sends', () => {
  it('When calls are traced, then the service goes on below the call, and a refusal is no error', async () => {
    const collector = await startCollector();
    stops.push(() => collector.close());
    const settings = readConfig(tracingSettings, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const tracing = startTracing({ settings, service: 'x', clock: systemClock, ids: systemIds, logger: silentLogger });
    stops.push(() => tracing.stop());
    const spec = { summary: 't', access: 'service', answers: { 200: joi.object(), 409: 'OUT_OF_STOCK' } } as const;
    const server = await serve([post('/internal/thing', spec, () => refuse('OUT_OF_STOCK'))]);
    stops.push(() => server.close());
    await expect(callerOf([await nowhere()]).call({ ...ask, withinMs: 50 })).rejects.toThrow('thing');
    expect(await callerOf([server.url]).call(ask)).toMatchObject({ code: 'OUT_OF_STOCK' });
    await tracing.stop();
    const [failed, answered, call] = collector.spans;
    expect(failed).toMatchObject({ name: 'POST /internal/thing', kind: 3, status: 2 });
    expect(answered).toMatchObject({ name: 'POST /internal/thing', kind: 2, parentSpanId: call?.spanId });
    expect(call).toMatchObject({
      kind: 3,
      status: 0,
      attributes: { 'server.address': 'thing', 'shop.refusal': 'OUT_OF_STOCK' },
    });
  });

  it('When a request causes it, then it carries the id and trace of that, and the service token', async () => {
    const server = await serving(well);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await requestContext.run({ requestId: 'from:the/client', traceparent }, () => callerOf([server.url]).call(ask));
    expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/internal/thing' });
    expect(server.seen[0]?.headers).toMatchObject({
      authorization: `Bearer ${testServiceToken}`,
      'content-type': 'application/json',
      'x-request-id': 'from:the/client',
      traceparent,
    });
  });

  it('When spans are recorded, then the call is one, and what it causes over there hangs below it', async () => {
    const collector = await startCollector();
    const tracing = startTracing({
      settings: readConfig(tracingSettings, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }),
      service: 'order',
      clock: systemClock,
      ids: systemIds,
      logger: silentLogger,
    });
    stops.push(() => collector.close());
    const server = await serving(well);
    const above = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const urls = [await nowhere(), server.url, server.url];
    await requestContext.run({ requestId: 'r', traceparent: above }, () => callerOf(urls).call(ask));
    await tracing.stop();
    const [span, ...others] = collector.spans;
    expect(others).toEqual([]);
    expect(span).toMatchObject({ name: 'POST /internal/thing', kind: 3, parentSpanId: 'b'.repeat(16) });
    expect(server.seen[0]?.headers.traceparent).toBe(`00-${span?.traceId}-${span?.spanId}-01`);
  });

  it('When nothing causes it, or an id is no header, then it gets an id of its own and no trace', async () => {
    const server = await serving(well);
    const caller = callerOf([server.url]);
    await caller.call(ask);
    for (const requestId of ['a\r\nX-Evil: 1', 'é', '', 'x'.repeat(129)]) {
      await requestContext.run({ requestId, traceparent: 'no\r\ntrace' }, () => caller.call(ask));
    }
    expect(server.seen).toHaveLength(5);
    for (const { headers } of server.seen) {
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers).not.toHaveProperty('x-evil');
      expect(headers).not.toHaveProperty('traceparent');
    }
  });

  it('When an address is more than an origin, or the token is none, then no caller is made', () => {
    for (const url of ['http://a/path', 'http://a/?q', 'file:///etc/passwd', 'http://user:word@a', 'cart']) {
      expect(() => callerOf([url])).toThrow();
    }
    expect(() => callerOf([])).toThrow('thing has no address');
    expect(() => callerOf(['http://a'], { token: 'se cret\r\n' })).toThrow(/^(?!.*se cret)/);
  });
});

describe('what a call answers', () => {
  const answered = async (listener: RequestListener) => {
    const server = await serving(listener);
    return { server, reply: callerOf([server.url]).call<unknown>(ask) };
  };

  it('When the service replies, then that is the value; what it may refuse with is one too', async () => {
    expect(await (await answered(well)).reply).toStrictEqual({ ok: true });
    const errors = [{ sku: 'MUG', requested: 2, available: 1 }];
    const body = {
      code: 'OUT_OF_STOCK',
      title: 'Not everything is in stock',
      detail: 'Not everything is in stock.',
      errors,
    };
    const type = { 'Content-Type': 'application/problem+json; charset=utf-8' };
    const refused = await answered(answering(409, body, type));
    expect(await refused.reply).toStrictEqual(refuse('OUT_OF_STOCK', { errors }));
    const late = await answered(answering(503, { code: 'CHECKOUT_TIMED_OUT', detail: 'Ended.' }, type));
    expect(await late.reply).toStrictEqual(refuse('CHECKOUT_TIMED_OUT', { detail: 'Ended.' }));
    expect([refused.server.seen, late.server.seen].map(({ length }) => length)).toEqual([1, 1]);
  });

  it.each<[string, RequestListener, string]>([
    ['a reply of another kind', answering(200, { status: 'ready' }), 'answered 200 with something else'],
    ['null', answering(200, 'null'), 'answered 200 with something else'],
    ['broken JSON', answering(200, '{"ok":tr'), 'answered 200 with application/json'],
    ['HTML', answering(200, '<p>', { 'Content-Type': 'text/html' }), 'answered 200 with text/html'],
    ['nothing', (_, response) => response.writeHead(204).end(), 'answered 204 with nothing'],
    ['a redirect', answering(302, '', { Location: 'http://169.254.169.254/' }), 'answered 302'],
    ['a fault of ours', problem(400, 'VALIDATION_FAILED'), 'answered 400 VALIDATION_FAILED'],
    ['a foreign token', problem(401, 'UNAUTHENTICATED'), 'answered 401 UNAUTHENTICATED'],
    ['a refusal that the command has not', problem(409, 'SKU_TAKEN'), 'answered 409 SKU_TAKEN'],
    ['a refusal that is no problem', answering(409, { code: 'OUT_OF_STOCK' }), 'answered 409'],
    ['a code that nobody knows', problem(409, 'toString'), 'answered 409'],
    ['a defect', problem(500, 'INTERNAL'), 'answered 500 INTERNAL'],
  ])('When it is %s, then the call has failed and is not repeated', async (_, listener, message) => {
    const { server, reply } = await answered(listener);
    expect((await failure(reply)).message).toBe(`thing: /internal/thing: ${server.url} ${message}`);
    expect(server.seen).toHaveLength(1);
  });

  it('When an answer is too large, then it is not taken in, and its connection is closed', async () => {
    const piece = 'x'.repeat(1024 * 1024);
    const server = await serving((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      const more = () => {
        while (!response.destroyed) if (!response.write(piece)) return response.once('drain', more);
      };
      more();
    });
    const error = await failure(callerOf([server.url]).call({ ...ask, withinMs: 15_000 }));
    expect(error.message).toContain('answered too much');
    expect(server.seen).toHaveLength(1);
    await eventually(async () => (await server.connections()) === 0);
  });

  it('When it fails, then neither its error nor the log tells the token', async () => {
    const { logger, lines } = recordingLogger();
    const token = 'hunter2-hunter2-hunter2-hunter2-hunter2';
    for (const url of [(await serving(problem(401, 'UNAUTHENTICATED'))).url, await nowhere()]) {
      const error = await failure(callerOf([url], { token, logger }).call(ask));
      logger.error({ err: error }, 'as others log it');
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('hunter2');
    }
    expect(lines.length).toBeGreaterThan(2);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('When the service has lost its database, then that is a failure of infrastructure here, and a 503 for our users', async () => {
    const gone = Object.assign(new Error('gone'), { code: '57P01' });
    const there = await serve([
      post(
        '/internal/thing',
        { summary: 't', access: 'service', body: joi.object().unknown(), answers: { 200: joi.object() } },
        () => {
          throw gone;
        },
      ),
    ]);
    const { logger, lines } = recordingLogger();
    const caller = callerOf([there.url]);
    const here = await serve(
      [post('/buy', { summary: 'b', access: 'anyone', answers: { 200: joi.object() } }, () => caller.call(ask))],
      { logger },
    );
    stops.push(
      () => there.close(),
      () => here.close(),
    );
    const { status, headers, body } = await here.request('POST', '/buy');
    expect([status, headers.get('retry-after'), body.code]).toEqual([503, '1', 'UNAVAILABLE']);
    expect(body.detail).not.toMatch(/127\.0\.0\.1|thing/);
    expect(lines.some(({ err }) => (err as Error | undefined)?.message.includes('answered 503 UNAVAILABLE'))).toBe(
      true,
    );
  });
});

describe('what a call tries again', () => {
  it('When one replica can not be reached, then another one answers at once', async () => {
    const server = await serving(well);
    const caller = callerOf([await nowhere(), server.url, await nowhere()]);
    for (let calls = 0; calls < 12; calls += 1) {
      const [reply, ms] = await timed(caller.call(ask));
      expect(reply).toEqual({ ok: true });
      expect(ms).toBeLessThan(500);
    }
    expect(server.seen).toHaveLength(12);
  });

  it('When one replica says that it is about to end, then the others are asked, until it may be there again', async () => {
    const leaving = await serving(answering(200, { ok: true }, { Connection: 'close' }));
    const staying = await serving(well);
    const clock = manualClock(new Date().toISOString());
    const caller = callerOf([leaving.url, staying.url], { clock });
    for (let calls = 0; calls < 10; calls += 1) expect(await caller.call(ask)).toEqual({ ok: true });
    expect([leaving.seen.length, staying.seen.length]).toEqual([1, 9]);
    clock.advance(5_001);
    for (let calls = 0; calls < 2; calls += 1) await caller.call(ask);
    expect(leaving.seen.length).toBe(2);
  });

  it('When the only replica says that it is about to end, then it is asked as before', async () => {
    const only = await serving(answering(200, { ok: true }, { Connection: 'close' }));
    const caller = callerOf([only.url]);
    for (let calls = 0; calls < 3; calls += 1) expect(await caller.call(ask)).toEqual({ ok: true });
  });

  it('When a connection breaks off before its answer is whole, then another one is tried', async () => {
    let calls = 0;
    const server = await serving((request, response) => {
      calls += 1;
      if (calls === 1) return void request.socket.destroy();
      if (calls > 2) return well(request, response);
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '100' });
      response.write('{"ok":');
      setTimeout(() => request.socket.destroy(), 10);
    });
    expect(await callerOf([server.url]).call(ask)).toEqual({ ok: true });
    expect(calls).toBe(3);
  });

  it('When a kept connection was closed meanwhile, or its server started anew, then nobody notices', async () => {
    const server = await serve([
      post(
        '/internal/thing',
        { summary: 't', access: 'service', body: joi.object().unknown(), answers: { 200: joi.object() } },
        () => ({ ok: true }),
      ),
    ]);
    const other = await serving(well);
    const caller = callerOf([server.url, other.url]);
    for (let calls = 0; calls < 20; calls += 1) await caller.call(ask);
    await server.close();
    const replies = await Promise.all(Array.from({ length: 20 }, () => caller.call(ask)));
    expect(replies).toEqual(Array(20).fill({ ok: true }));
  });

  it('When the service is not available for a moment, then it is left alone for so long, then asked again', async () => {
    let calls = 0;
    const server = await serving((request, response) => {
      calls += 1;
      return (calls === 1 ? problem(503, 'UNAVAILABLE', { 'Retry-After': '1' }) : well)(request, response);
    });
    const [reply, ms] = await timed(callerOf([server.url]).call({ ...ask, withinMs: 5_000 }));
    expect(reply).toEqual({ ok: true });
    expect(ms).toBeGreaterThan(400);
    expect(ms).toBeLessThan(2_000);
  });

  it('When trying again would take longer than there is time, then the call fails before', async () => {
    const server = await serving(problem(503, 'UNAVAILABLE', { 'Retry-After': '1' }));
    const [, ms] = await timed(failure(callerOf([server.url]).call({ ...ask, withinMs: 400 })));
    expect(ms).toBeLessThan(390);
    expect(server.seen).toHaveLength(1);
  });

  it('When nothing helps, then tries have an end', async () => {
    const server = await serving(problem(502, 'UNAVAILABLE'));
    await failure(callerOf([server.url, server.url]).call({ ...ask, withinMs: 60_000 }));
    expect(server.seen).toHaveLength(4);
  });
});

describe('a refusal after a try that was not answered', () => {
  it('When a step of a saga is refused then, then nobody is told that nothing was done: the first try may come late', async () => {
    let tries = 0;
    const server = await serving((request, response) => {
      tries += 1;
      if (tries === 1) response.destroy();
      else problem(409, 'OUT_OF_STOCK')(request, response);
    });
    const notAfter = new Date(Date.now() + 60_000).toISOString();
    const told = await failure(callerOf([server.url]).call({ ...ask, notAfter }));
    expect(String(told)).toContain('may be under way');
    expect(await callerOf([server.url]).call({ ...ask, notAfter })).toMatchObject({ code: 'OUT_OF_STOCK' });
  });
});

describe('how long a call waits', () => {
  const silent: RequestListener = (request) => {
    request.resume();
  };

  it('When the service is silent, then the call ends with its time, and its connection too', async () => {
    const server = await serving(silent);
    const [error, ms] = await timed(failure(callerOf([server.url]).call({ ...ask, withinMs: 300 })));
    expect(error.message).toMatch(/did not answer within \d+ ms/);
    expect(ms).toBeGreaterThan(200);
    expect(ms).toBeLessThan(1_500);
    await eventually(async () => (await server.connections()) === 0);
  });

  it('When the answer begins and never ends, then it is the same', async () => {
    const server = await serving((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.write('{');
    });
    const [, ms] = await timed(failure(callerOf([server.url]).call({ ...ask, withinMs: 300 })));
    expect(ms).toBeLessThan(1_500);
    await eventually(async () => (await server.connections()) === 0);
  });

  it('When nobody wants the answer after a time, then it is not waited for longer; who is late already waits a moment', async () => {
    const server = await serving(silent);
    const caller = callerOf([server.url]);
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const [, ms] = await timed(failure(caller.call({ ...ask, withinMs: 10_000, notAfter: at(1_300) })));
    expect(ms).toBeGreaterThan(1_100);
    expect(ms).toBeLessThan(2_500);
    const replying = await serving((request, response) => void setTimeout(() => well(request, response), 200));
    expect(await callerOf([replying.url]).call({ ...ask, notAfter: at(-60_000) })).toEqual({ ok: true });
  });

  it('When one replica is silent, then another one answers in time', async () => {
    const [hanging, server] = [await serving(silent), await serving(well)];
    const caller = callerOf([hanging.url, server.url]);
    const all = await timed(Promise.all(Array.from({ length: 2 }, () => caller.call({ ...ask, withinMs: 5_000 }))));
    expect(all[0]).toEqual([{ ok: true }, { ok: true }]);
    expect(all[1]).toBeLessThan(4_000);
  });

  it('When more is asked than there are connections, then all is answered, over no more than those', async () => {
    let most = 0;
    const server = await serving((request, response) => void setTimeout(() => well(request, response), 5));
    const caller = callerOf([server.url]);
    const watch = setInterval(async () => {
      most = Math.max(most, await server.connections());
    }, 2);
    const replies = await Promise.all(Array.from({ length: 500 }, () => caller.call(ask)));
    clearInterval(watch);
    expect(replies).toHaveLength(500);
    expect(most).toBeGreaterThan(50);
    expect(most).toBeLessThanOrEqual(100);
    await eventually(async () => (await server.connections()) === 0, 3_000);
  });
});

describe('the breaker of a replica', () => {
  it('When a replica fails five times in a row, then it is left alone, tried by one, and used again when it is well', async () => {
    let broken = true;
    const failing = await serving((request, response) =>
      (broken ? problem(502, 'UNAVAILABLE') : well)(request, response),
    );
    const server = await serving(well);
    const { logger, lines } = recordingLogger();
    const caller = callerOf([failing.url, server.url], { logger });
    const calls = async (count: number) => {
      for (let n = 0; n < count; n += 1) expect(await caller.call(ask)).toEqual({ ok: true });
    };
    await calls(40);
    expect(failing.seen).toHaveLength(5);
    expect(caller.replicas().map(({ state }) => state)).toEqual(['open', 'closed']);
    await systemClock.sleep(520);
    expect(caller.replicas()[0]?.state).toBe('half-open');
    await Promise.all(Array.from({ length: 20 }, () => caller.call(ask)));
    expect(failing.seen).toHaveLength(6);
    broken = false;
    await systemClock.sleep(1_020);
    await calls(10);
    expect(caller.replicas().map(({ state }) => state)).toEqual(['closed', 'closed']);
    expect(failing.seen.length).toBeGreaterThan(9);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'a replica fails and is left alone for a while',
      'a replica answers again',
    ]);
  });

  it('When every replica is left alone, then calls fail at once, until one is back', async () => {
    const url = await nowhere();
    const caller = callerOf([url]);
    await Promise.all(Array.from({ length: 5 }, () => failure(caller.call(ask))));
    const [error, ms] = await timed(failure(caller.call(ask)));
    expect(error.message).toContain('left alone');
    expect(ms).toBeLessThan(200);
    expect(caller.failingMs()).toBeGreaterThan(0);
    const server = createServer(well).listen(Number(new URL(url).port), '127.0.0.1');
    stops.push(() => server.close());
    await eventually(() =>
      caller.call(ask).then(
        () => true,
        () => false,
      ),
    );
    expect(caller.failingMs()).toBe(0);
  });

  it('When the service refuses or does not understand, then the replica is well', async () => {
    const server = await serving(problem(400, 'VALIDATION_FAILED'));
    const caller = callerOf([server.url]);
    for (let calls = 0; calls < 10; calls += 1) await failure(caller.call(ask));
    expect(caller.replicas()[0]?.state).toBe('closed');
    expect(server.seen).toHaveLength(10);
  });
});

it('When calls are measured, then their durations are told by service, call and outcome, and what was repeated', async () => {
  const metrics = createMetrics({ service: 'order', defaults: false });
  const [server, refusing] = [await serving(well), await serving(problem(409, 'OUT_OF_STOCK'))];
  await callerOf([await nowhere(), server.url], { metrics }).call(ask);
  await callerOf([refusing.url], { metrics, service: 'other' }).call<unknown>(ask);
  const text = await metrics.registry.metrics();
  expect(text).toContain(
    'shop_call_duration_seconds_count{service="order",to="thing",call="/internal/thing",outcome="answered"} 1',
  );
  expect(text).toContain(
    'shop_call_duration_seconds_count{service="order",to="other",call="/internal/thing",outcome="refused"} 1',
  );
  expect(text).toMatch(/shop_call_retries_total\{to="thing",service="order"\} [01]/);
});
