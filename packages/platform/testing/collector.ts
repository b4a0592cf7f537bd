import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as it arrived. */
export interface SeenSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  /** 2 is an error. */
  status: number;
  /** Whose it is: `service.name` of the process that sent it. */
  service: string;
  attributes: Record<string, unknown>;
}

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}

interface Export {
  resourceSpans: {
    resource: { attributes: KeyValue[] };
    scopeSpans: {
      spans: (Omit<SeenSpan, 'attributes' | 'service' | 'status'> & {
        attributes: KeyValue[];
        status: { code?: number };
      })[];
    }[];
  }[];
}

/** A collector of OpenTelemetry spans for tests: takes OTLP over HTTP as JSON, on a free port, and keeps everything. */
export interface Collector {
  /** What processes get as OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string;
  spans: SeenSpan[];
  /** The headers of each request that it took. */
  headers: IncomingMessage['headers'][];
  /** From now on requests get this status; 0: they get no answer at all. */
  answer(status: number): void;
  close(): Promise<void>;
}

const record = (attributes: KeyValue[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

const spansOf = ({ resourceSpans }: Export): SeenSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        status: span.status.code ?? 0,
        service: String(record(resource.attributes)['service.name']),
        attributes: record(span.attributes),
      })),
    ),
  );

export const startCollector = async (): Promise<Collector> => {
  const spans: SeenSpan[] = [];
  const headers: IncomingMessage['headers'][] = [];
  let status = 200;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    headers.push(request.headers);
    if (status === 0) return;
    if (request.method !== 'POST' || request.url !== '/v1/traces') status = 404;
    if (status === 200) spans.push(...spansOf(JSON.parse(Buffer.concat(chunks).toString())));
    response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    headers,
    answer: (next) => {
      status = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** What is wrong with the spans of one trace as a tree; empty when they are one. */
export const tornIn = (spans: readonly SeenSpan[]): string[] => {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentSpanId }) => !parentSpanId);
  const orphans = spans.filter(({ parentSpanId }) => parentSpanId && !ids.has(parentSpanId));
  return [
    ...(roots.length === 1 ? [] : [`${roots.length} roots: ${roots.map(({ name }) => name).join(', ')}`]),
    ...orphans.map(({ name }) => `the parent of ${name} is missing`),
  ];
};
