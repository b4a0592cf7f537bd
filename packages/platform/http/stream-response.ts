import { once } from 'node:events';
import type { Request, Response } from 'express';
import type { StreamAnswer } from './route.ts';

/** Resolves when the client takes more, or when it is gone. */
const drained = async (response: Response, gone: AbortSignal): Promise<void> => {
  await once(response, 'drain', { signal: gone }).catch(() => undefined);
};

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });

/**
 * Writes pieces as they come, no faster than the client reads, and stops the source when the client hangs up. What
 * the source throws before its first piece is thrown on (and becomes a problem); after that the connection is cut, so
 * that nobody takes half a stream for a whole one. Server-Sent Events end cleanly when the server stops: their clients
 * come back; other streams are let finish.
 */
export const sendStream = async (
  request: Request,
  response: Response,
  { status, headers, stream }: StreamAnswer,
  stopping: AbortSignal,
): Promise<void> => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (response.destroyed) gone.abort();
  const endless = Object.values(headers).some((value) => value.startsWith('text/event-stream'));
  const end = endless ? AbortSignal.any([gone.signal, stopping]) : gone.signal;
  const ended = aborted(end);
  const pieces = stream[Symbol.asyncIterator]();
  try {
    // The first piece comes before the headers: a refusal can still be a problem.
    let next = await Promise.race([pieces.next(), ended]);
    if (gone.signal.aborted) return;
    response.writeHead(status, { 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no', ...headers });
    if (request.method === 'HEAD') return;
    while (next && !next.done) {
      if (!response.write(next.value)) await drained(response, gone.signal);
      next = end.aborted ? undefined : await Promise.race([pieces.next(), ended]);
    }
  } catch (error) {
    if (response.headersSent) response.destroy();
    throw error;
  } finally {
    // Not awaited: a generator that is waiting for something takes notice of its end only then.
    void Promise.resolve(pieces.return?.()).catch(() => undefined);
    if (response.headersSent) response.end();
  }
};
