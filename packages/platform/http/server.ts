import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
   * Takes no new connection, finishes the requests in flight, ends idle keep-alive connections; cuts what is left
   * after 8 s.
   */
  close(): Promise<void>;
}

const patienceMs = 8_000;
const lookEveryMs = 25;

/** Serves `app`; port 0 takes a free one. Rejects when the port is taken. */
export const listen = async (
  app: Express,
  { host, port, clock = systemClock }: { host: string; port: number; clock?: Clock },
): Promise<HttpServer> => {
  // A body of 10 MiB over a slow line needs its time; headers don't. Kept-alive longer than proxies keep theirs.
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 10_000, keepAliveTimeout: 75_000 }, app);
  server.on('clientError', answerBroken);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const reachable = address.address === '0.0.0.0' || address.address === '::' ? 'localhost' : name;

  const close = async (): Promise<void> => {
    let closed = false;
    const done = new Promise<void>((resolve) => server.close(() => resolve())).then(() => {
      closed = true;
    });
    beginStop(app);
    // A connection becomes idle when its request ends, which the server itself looks at only once.
    for (let waited = 0; !closed && waited < patienceMs; waited += lookEveryMs) {
      server.closeIdleConnections();
      await Promise.race([done, clock.sleep(lookEveryMs)]);
    }
    server.closeAllConnections();
    await done;
  };

  let closing: Promise<void> | undefined;
  return {
    port: address.port,
    url: `http://${reachable}:${address.port}`,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
};
