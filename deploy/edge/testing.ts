import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLeash } from '../local/servers/leash.ts';
import { startNginx } from '../local/servers/nginx.ts';
import { type ServiceName, serviceNames } from '../services.ts';
import { type EdgeOptions, edgeConfig } from './config.ts';
import { buildFiles } from './files.ts';

/** What an upstream was asked. */
export interface Seen {
  service: ServiceName;
  replica: number;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
}

export type Handler = (request: IncomingMessage, response: ServerResponse, seen: Seen) => void;

/** A stand-in for one replica of a service, in this process. */
export interface Upstream {
  seen: Seen[];
  /** Answers in another way from now on. */
  answer(handler: Handler): void;
  /** Takes no more connections and cuts those it has. */
  close(): Promise<void>;
}

/** Tells who was asked, and what. */
export const echo: Handler = (request, response, seen) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(seen));
  });
};

const startUpstream = async (
  service: ServiceName,
  replica: number,
): Promise<Upstream & { host: string; url: string }> => {
  const seen: Seen[] = [];
  let handler = echo;
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const one = { service, replica, method, path: url, headers };
    if (url !== '/health/ready') seen.push(one);
    handler(incoming, response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    seen,
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    answer: (other) => {
      handler = other;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

export interface Sent {
  /** Sent as it stands: nothing is decoded, encoded or taken out of it. */
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

export interface Got {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on the JSON that a client sees, whatever its shape.
  body: any;
}

/** Sends what `fetch` would mend or refuse to send. */
export const send = ({ url }: { url: string }, { path, method = 'GET', headers, body }: Sent): Promise<Got> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const sent = request({ hostname, port, method, path, headers: { ...length, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = /json/.test(response.headers['content-type'] ?? '');
        const status = response.statusCode ?? 0;
        resolve({ status, headers: response.headers, text, body: isJson && text !== '' ? JSON.parse(text) : text });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });

export interface TestEdge {
  url: string;
  port: number;
  dir: string;
  upstreams: Record<ServiceName, (Upstream & { url: string })[]>;
  close(): Promise<void>;
}

export type TestEdgeOptions = Partial<Pick<EdgeOptions, 'rateLimit' | 'trustProxy' | 'corsOrigins' | 'patience'>> & {
  /** How many of each service. */
  replicas?: number;
};

/** A real nginx with the real configuration, before upstreams of this process. */
export const startTestEdge = async ({ replicas = 1, ...options }: TestEdgeOptions = {}): Promise<TestEdge> => {
  const dir = await mkdtemp(join(tmpdir(), 'shop-edge-'));
  const leash = createLeash();
  leash.hold({ folder: dir });
  const started = await Promise.all(
    serviceNames.map(async (name) => {
      const numbers = Array.from({ length: replicas }, (_one, index) => index + 1);
      return [name, await Promise.all(numbers.map((number) => startUpstream(name, number)))] as const;
    }),
  );
  const upstreams = Object.fromEntries(started) as Record<ServiceName, Awaited<ReturnType<typeof startUpstream>>[]>;
  const hosts = Object.fromEntries(
    started.map(([name, some]) => [name, some.map(({ host }) => host)]),
  ) as unknown as EdgeOptions['upstreams'];
  await buildFiles(join(dir, 'www'));
  await mkdir(join(dir, 'web'));
  const server = await startNginx({
    dir,
    onStart: (process) => leash.hold({ process, group: true }),
    config: (port) =>
      edgeConfig({
        rateLimit: 'off',
        ...options,
        listen: `127.0.0.1:${port}`,
        upstreams: hosts,
        dir: '.',
        readySocket: 'ready.sock',
        accessLog: '/dev/stdout',
        errorLog: 'stderr',
        www: 'www',
        web: 'web',
        asRoot: process.getuid?.() === 0,
      }),
  });
  return {
    url: server.url,
    port: server.port,
    dir,
    upstreams,
    async close() {
      await leash.end();
      await Promise.all(Object.values(upstreams).flatMap((some) => some.map((upstream) => upstream.close())));
      await rm(dir, { recursive: true, force: true });
    },
  };
};
