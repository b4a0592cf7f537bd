import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A server that answers each request with the next of `answers`, the last one again and again; it keeps what it got. */
export const answering = async (...answers: ((response: ServerResponse, received: Received) => void)[]) => {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
    const answer = answers[Math.min(received.push(one), answers.length) - 1];
    answer?.(response, one);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

export const problem = (status: number, code: string, extras: object = {}, headers: Record<string, string> = {}) =>
  json(status, { type: 'x', title: code, status, code, detail: `${code}.`, ...extras }, headers);

export const hangUp = (response: ServerResponse): void => {
  response.destroy();
};
