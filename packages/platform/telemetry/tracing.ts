import { hostname } from 'node:os';
import { SpanKind as OtelKind, ROOT_CONTEXT, type SpanContext, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Config } from '../config/config.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import type { Logger } from './logger.ts';
import { recordSpans, type SpanKind, type StartSpan } from './spans.ts';
import type { SamplerName, tracingSettings } from './tracing-settings.ts';

export interface Tracing {
  /** Sends what is left, for two seconds at most. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  settings: Config<typeof tracingSettings>;
  /** The name of the process's spans, unless OTEL_SERVICE_NAME gives another. */
  service: string;
  clock: Clock;
  ids: Ids;
  logger: Logger;
}

/** A batch goes out after this, or when it is full; beyond so many that wait, spans are dropped. */
const BATCH_MS = 1_000;
const BATCH_SIZE = 512;
const MOST_WAITING = 4_096;
/** The exporter's own deadline for a batch, repetitions included. */
const SEND_MS = 3_000;
const LAST_SEND_MS = 2_000;
const COMPLAIN_EVERY_MS = 60_000;
const LONGEST_TEXT = 500;

/**
 * Sends the spans of this process to an OpenTelemetry collector, in batches and beside the work: when the collector is
 * slow or gone, spans are dropped and the log says so once a minute. Without an endpoint nothing is recorded.
 */
export const startTracing = ({ settings, service, clock, ids, logger }: TracingOptions): Tracing => {
  const endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return { stop: async () => {} };
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: headersOf(settings.OTEL_EXPORTER_OTLP_HEADERS),
    timeoutMillis: SEND_MS,
  });
  const provider = new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        'service.name': settings.OTEL_SERVICE_NAME ?? service,
        'service.instance.id': ids.uuid(),
        'host.name': hostname(),
        'process.pid': process.pid,
      }),
    ),
    sampler: samplerOf(settings.OTEL_TRACES_SAMPLER, settings.OTEL_TRACES_SAMPLER_ARG),
    spanLimits: { attributeValueLengthLimit: LONGEST_TEXT },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: complaining(exporter, clock, logger),
        scheduledDelayMillis: BATCH_MS,
        maxExportBatchSize: BATCH_SIZE,
        maxQueueSize: MOST_WAITING,
        exportTimeoutMillis: SEND_MS + 1_000,
      }),
    ],
  });
  recordSpans(spansOf(provider));
  // The origin only: an endpoint may have a password in it.
  logger.info({ endpoint: new URL(endpoint).origin }, 'spans are sent');
  return {
    async stop() {
      recordSpans(undefined);
      const done = new AbortController();
      // A collector that refuses was complained about already; what is left is lost.
      const sent = provider.shutdown().catch(() => {});
      await Promise.race([sent, clock.sleep(LAST_SEND_MS, done.signal)]);
      done.abort();
    },
  };
};

const kinds: Record<SpanKind, OtelKind> = {
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  producer: OtelKind.PRODUCER,
  consumer: OtelKind.CONSUMER,
  internal: OtelKind.INTERNAL,
};

const spansOf = (provider: TracerProvider): StartSpan => {
  const tracer = provider.getTracer('shop');
  return (name, kind, attributes, parent) => {
    const isRemote = kind === 'server' || kind === 'consumer';
    const above = parent === undefined ? undefined : contextOf(parent, isRemote);
    const context = above ? trace.setSpanContext(ROOT_CONTEXT, above) : ROOT_CONTEXT;
    const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, context);
    const { traceId, spanId, traceFlags } = span.spanContext();
    return {
      traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
      rename: (newName) => {
        span.updateName(newName);
      },
      set: (key, value) => {
        span.setAttribute(key, value);
      },
      end(failure) {
        if (failure !== undefined) {
          span.setAttribute('error.type', typeOf(failure));
          span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(failure) });
        }
        span.end();
      },
    };
  };
};

const contextOf = (traceparent: string, isRemote: boolean): SpanContext => {
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote };
};

const typeOf = (failure: unknown): string => {
  if (!(failure instanceof Error)) return typeof failure === 'string' ? failure : 'unknown';
  const { code } = failure as { code?: unknown };
  return typeof code === 'string' && code !== '' ? code : failure.name;
};

const messageOf = (failure: unknown): string | undefined =>
  failure instanceof Error ? failure.message.slice(0, LONGEST_TEXT) : undefined;

const headersOf = (text: string | undefined): Record<string, string> =>
  Object.fromEntries(
    (text ?? '')
      .split(',')
      .map((pair) => pair.trim().split('='))
      .filter(([name]) => name)
      .map(([name = '', ...value]) => [name, decoded(value.join('='))]),
  );

/** A value that only looks percent-encoded is taken as it is. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const samplerOf = (name: SamplerName, ratio: number): Sampler => {
  const root: Sampler = name.endsWith('always_on')
    ? new AlwaysOnSampler()
    : name.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new TraceIdRatioBasedSampler(ratio);
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
};

/** The exporter, with a word in the log when it fails, and not too many words. */
const complaining = (exporter: SpanExporter, clock: Clock, logger: Logger): SpanExporter => {
  let lost = 0;
  let saidAt = Number.NEGATIVE_INFINITY;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        done(result);
        if (result.code === 0) return;
        lost += spans.length;
        const now = clock.now().getTime();
        if (now - saidAt < COMPLAIN_EVERY_MS) return;
        logger.warn({ err: result.error, spans: lost }, 'spans could not be sent and are dropped');
        saidAt = now;
        lost = 0;
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
};
