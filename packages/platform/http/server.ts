import { createServer } from 'node:http';
import { type AddressInfo, Server } from 'node:net';
import type { Express } from 'express';
import type { Clock } from '../time/clock.ts';
import { systemClock } from '../time/system.ts';
import { beginStop } from './app.ts';
import { answerBroken } from './broken-request.ts';

export interface HttpServer {
  port: number;
  /** Where it is reached from this machine, without a slash at the end. */
  url: string;
  /**
   * Takes no new connection and is not ready from then on, finishes the requests in flight, ends idle keep-alive
   * connections; cuts what is left after 8 s. With a `lingerMs` new connections are taken for so long still: a
   * connection that the system holds for us when the listener closes is lost, so callers should have gone by then. With
   * a `drainMs` idle connections stay open for that long at most after it: a proxy may be sending a request on one just
   * now. Each request gets its answer, and with it the request to close.
   */
  close(): Promise<void>;
}

export interface ListenOptions {
  host: string;
  port: number;
  /** How long new connections are taken after the close has begun, while callers learn of it; 0 unless given. */
  lingerMs?: number;
  /** How long connections that are there then may still send requests; 0 unless given. */
  drainMs?: number;
  clock?: Clock;
}

/**
 * Connections that may wait to be taken, as far as the system allows (`net.core.somaxconn`). Of those beyond it the
 * system says nothing: their clients try again after a second, and a proxy has given them up by then.
 */
const backlog = 4_096;
const patienceMs = 8_000;
const lookEveryMs = 25;

/** Serves `app`; port 0 takes a free one. Rejects when the port is taken. */
export const listen = async (
  app: Express,
  { host, port, lingerMs = 0, drainMs = 0, clock = systemClock }: ListenOptions,
): Promise<HttpServer> => {
  let closing: Promise<void> | undefined;
  // A body of 10 MiB over a slow line needs its time; headers don't. Kept-alive longer than proxies keep theirs.
  const timeouts = { requestTimeout: 60_000, headersTimeout: 10_000, keepAliveTimeout: 75_000 };
  const server = createServer(timeouts, (request, response) => {
    if (closing) response.setHeader('Connection', 'close');
    app(request, response);
  });
  server.on('clientError', answerBroken);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog }, resolve);
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const reachable = address.address === '0.0.0.0' || address.address === '::' ? 'localhost' : name;

  /** Resolves when the connections are gone, or when their time is over. */
  const drain = async (): Promise<void> => {
    const gone = new AbortController();
    // HTTP's own close would end idle connections at once.
    Server.prototype.close.call(server, () => gone.abort());
    await clock.sleep(drainMs, gone.signal);
  };

  const close = async (): Promise<void> => {
    beginStop(app);
    if (lingerMs > 0) await clock.sleep(lingerMs);
    if (drainMs > 0) await drain();
    let closed = false;
    const done = new Promise<void>((resolve) => server.close(() => resolve())).then(() => {
      closed = true;
    });
    // A connection becomes idle when its request ends, which the server itself looks at only once.
    for (let waited = lingerMs + drainMs; !closed && waited < patienceMs; waited += lookEveryMs) {
      server.closeIdleConnections();
      await Promise.race([done, clock.sleep(lookEveryMs)]);
    }
    server.closeAllConnections();
    await done;
  };

  return {
    port: address.port,
    url: `http://${reachable}:${address.port}`,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
};
