import { refuse } from '@shop/contracts/problems.ts';
import type { RequestHandler } from 'express';
import type { Clock } from '../time/clock.ts';
import { sendProblem } from './problem-response.ts';

const patienceMs = 2_000;

/** Alive: this process answers. It touches nothing, so that a lost database doesn't get processes restarted. */
export const live: RequestHandler = (_request, response) => {
  response.json({ status: 'live' });
};

/**
 * Ready: everything that requests need is there, and the server is not on its way down. `missing` tells what is not;
 * one that doesn't answer in 2 s, or throws, counts as missing too. What is degraded works on
 * behind requests (events wait and are not lost): it is told, and takes no process out of service.
 */
export const ready =
  (
    { ready: missing, degraded = () => [] }: { ready: () => Promise<string[]>; degraded?: () => string[] },
    clock: Clock,
    stopping: AbortSignal,
  ): RequestHandler =>
  async (request, response) => {
    const parts = stopping.aborted ? ['server'] : await ask(missing, clock);
    response.setHeader('Cache-Control', 'no-store');
    const failing = degraded();
    if (parts.length === 0) response.json({ status: 'ready', ...(failing.length > 0 && { degraded: failing }) });
    else
      sendProblem(request, response, refuse('UNAVAILABLE', { retryAfter: 1, errors: parts.map((part) => ({ part })) }));
  };

const ask = async (missing: () => Promise<string[]>, clock: Clock): Promise<string[]> => {
  const answered = new AbortController();
  const late = clock.sleep(patienceMs, answered.signal).then(() => ['readiness check']);
  try {
    return await Promise.race([missing(), late]);
  } catch {
    return ['readiness check'];
  } finally {
    answered.abort();
  }
};
