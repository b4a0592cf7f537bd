import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.ts';
import { get } from '../http/route.ts';
import { joi } from '../http/schemas.ts';
import { type Collector, startCollector } from '../testing/collector.ts';
import { eventually } from '../testing/eventually.ts';
import { serve } from '../testing/http.ts';
import { recordingLogger } from '../testing/logger.ts';
import { systemClock, systemIds } from '../time/system.ts';
import { currentTrace, requestContext } from './context.ts';
import { traced } from './spans.ts';
import { startTracing, type Tracing } from './tracing.ts';
import { tracingSettings } from './tracing-settings.ts';

const above = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

let collector: Collector | undefined;
let tracing: Tracing | undefined;
afterEach(async () => {
  await tracing?.stop();
  await collector?.close();
});

const { logger, lines } = recordingLogger();

const start = async (settings: Record<string, string> = {}): Promise<Collector> => {
  collector = await startCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...settings };
  tracing = startTracing({
    settings: readConfig(tracingSettings, env),
    service: 'order',
    clock: systemClock,
    ids: systemIds,
    logger,
  });
  return collector;
};

/** What has been sent when everything has been. */
const spansOf = async ({ spans }: Collector) => {
  await tracing?.stop();
  return spans;
};

const complaints = () => lines.filter(({ msg }) => msg === 'spans could not be sent and are dropped');

describe('work that is traced', () => {
  it('When nothing is recorded, then it is a plain call in the context that it had', async () => {
    const context = { requestId: 'r', traceparent: above };
    const seen = await requestContext.run(context, () =>
      traced('work', 'internal', {}, async (span) => {
        span.set('a', 1);
        span.rename('b');
        return requestContext.get();
      }),
    );
    expect(seen).toBe(context);
    expect(() => traced('work', 'internal', {}, () => JSON.parse('{'))).toThrow(SyntaxError);
  });

  it('When work is within work, then it hangs below it, and so does what either of them stores', async () => {
    const sink = await start();
    const traces: (string | null)[] = [];
    const reply = await requestContext.run({ requestId: 'r', sagaId: 's', traceparent: above }, () =>
      traced('outer', 'server', { 'http.route': '/x' }, async () => {
        traces.push(currentTrace());
        await traced('inner', 'client', {}, async () => traces.push(currentTrace()));
        expect(currentTrace()).toBe(traces[0]);
        return 42;
      }),
    );
    expect(reply).toBe(42);
    const [inner, outer] = await spansOf(sink);
    expect(outer).toMatchObject({ name: 'outer', kind: 2, parentSpanId: 'b'.repeat(16), service: 'order' });
    expect(outer?.attributes).toEqual({ 'http.route': '/x', 'shop.saga_id': 's' });
    expect(inner).toMatchObject({ name: 'inner', kind: 3, parentSpanId: outer?.spanId, traceId: 'a'.repeat(32) });
    expect(traces).toEqual([outer, inner].map((span) => `00-${span?.traceId}-${span?.spanId}-01`));
  });

  it('When there is no trace yet, then one begins, and the work has a context', async () => {
    const sink = await start();
    const context = traced('alone', 'internal', {}, () => requestContext.get());
    const [span] = await spansOf(sink);
    expect(span?.parentSpanId).toBeFalsy();
    expect(context).toEqual({ requestId: span?.traceId, traceparent: `00-${span?.traceId}-${span?.spanId}-01` });
  });

  it('When work fails, then its span says so, and the failure goes on as it was', async () => {
    const sink = await start();
    const failure = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' });
    await expect(traced('rejects', 'client', {}, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(() => traced('throws', 'client', {}, () => JSON.parse('{'))).toThrow(SyntaxError);
    const [rejects, throws] = await spansOf(sink);
    expect(rejects).toMatchObject({ name: 'rejects', status: 2, attributes: { 'error.type': 'EHOSTUNREACH' } });
    expect(throws).toMatchObject({ name: 'throws', status: 2, attributes: { 'error.type': 'SyntaxError' } });
  });

  it('When a sampler takes no trace, then none is sent and those called are told so; a caller who records is heard', async () => {
    const sink = await start({ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' });
    expect(traced('new', 'server', {}, currentTrace)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    requestContext.run({ requestId: 'r', traceparent: above }, () => traced('heard', 'server', {}, () => {}));
    expect((await spansOf(sink)).map(({ name }) => name)).toEqual(['heard']);
  });
});

describe('the way of spans to the collector', () => {
  it('When headers and a name are set, then they are sent', async () => {
    const sink = await start({
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20a2V5==,x-tenant=shop',
      OTEL_SERVICE_NAME: 'shop-7',
    });
    traced('work', 'internal', {}, () => {});
    expect((await spansOf(sink))[0]?.service).toBe('shop-7');
    expect(sink.headers[0]).toMatchObject({ authorization: 'Basic a2V5==', 'x-tenant': 'shop' });
  });

  it('When a setting is wrong, then it is named', () => {
    const read = (env: Record<string, string>) => () => readConfig(tracingSettings, env);
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' })).toThrow('OTEL_EXPORTER_OTLP_ENDPOINT');
    expect(read({ OTEL_EXPORTER_OTLP_HEADERS: 'Basic abc' })).toThrow('OTEL_EXPORTER_OTLP_HEADERS');
    expect(read({ OTEL_TRACES_SAMPLER: 'some' })).toThrow('OTEL_TRACES_SAMPLER');
    expect(read({ OTEL_TRACES_SAMPLER_ARG: '2' })).toThrow('OTEL_TRACES_SAMPLER_ARG');
  });

  it('When the collector refuses, then work goes on and the log says so once', async () => {
    const sink = await start();
    sink.answer(400);
    const before = complaints().length;
    traced('lost', 'internal', {}, () => {});
    await eventually(() => complaints().length > before);
    traced('lost too', 'internal', {}, () => {});
    await eventually(() => sink.headers.length >= 2);
    expect(complaints().length).toBe(before + 1);
    expect(complaints().at(-1)).toMatchObject({ spans: 1 });
  });

  it('When the collector does not answer, then the end waits for two seconds at most', async () => {
    const sink = await start();
    sink.answer(0);
    traced('lost', 'internal', {}, () => {});
    const begun = performance.now();
    await tracing?.stop();
    expect(performance.now() - begun).toBeLessThan(3_500);
  });
});

describe('the span of a request', () => {
  const answers = { 200: joi.object() } as const;
  const routes = [
    get('/things/:id', { summary: 't', access: 'anyone', answers }, () => ({ trace: currentTrace() })),
    get('/broken', { summary: 'b', access: 'anyone', answers }, () => {
      throw new Error('broken');
    }),
  ];

  it('When requests end, then their spans are named by route and tell of their status; only 5xx are errors', async () => {
    const sink = await start();
    const server = await serve(routes);
    const { trace } = (await server.request('GET', '/things/1', { headers: { traceparent: above } })).body;
    await server.request('GET', '/nothing');
    await server.request('GET', '/broken');
    await server.request('GET', '/health/live');
    await server.close();
    const [thing, nothing, broken, ...more] = await spansOf(sink);
    expect(trace).toBe(`00-${'a'.repeat(32)}-${thing?.spanId}-01`);
    expect(thing).toMatchObject({
      name: 'GET /api/v1/things/:id',
      kind: 2,
      parentSpanId: 'b'.repeat(16),
      status: 0,
      attributes: { 'http.route': '/api/v1/things/:id', 'url.path': '/api/v1/things/1', 'url.scheme': 'http' },
    });
    expect(nothing).toMatchObject({ name: 'GET', status: 0 });
    expect(broken).toMatchObject({ name: 'GET /api/v1/broken', status: 2, attributes: { 'error.type': '500' } });
    expect(more).toEqual([]);
  });
});
