import { createServer } from 'node:http';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export interface Metrics {
  /** Where other parts register their own counters and gauges. */
  registry: Registry;
  /** Seconds from the first byte of a request to the end of its answer, by method, declared path and status. */
  httpDuration: Histogram<'method' | 'route' | 'status'>;
}

/** The metrics of one process; `service` is a label of every series. */
export const createMetrics = ({ service, defaults = true }: { service: string; defaults?: boolean }): Metrics => {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  // Each look at the event loop wakes the process.
  if (defaults) collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  const httpDuration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of HTTP requests in seconds',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
    registers: [registry],
  });
  return { registry, httpDuration };
};

export interface MetricsServer {
  port: number;
  close(): Promise<void>;
}

/** Serves `GET /metrics` in the Prometheus text format, on a port that the edge doesn't route to. */
export const serveMetrics = async (
  { registry }: Metrics,
  { host, port }: { host: string; port: number },
): Promise<MetricsServer> => {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
