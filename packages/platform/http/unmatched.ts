import { refuse } from '@shop/contracts/problems.ts';
import type { RequestHandler } from 'express';
import { brokenUrl, sendProblem } from './problem-response.ts';

const isWhole = (url: string): boolean => {
  try {
    return !url.includes('%') || !decodeURIComponent(url).includes('\0');
  } catch {
    return false;
  }
};

/** Broken percent-encoding and NUL are refused before routing, which would decode some parts and not others. */
export const wholeUrl: RequestHandler = (request, response, next) => {
  if (isWhole(request.url)) next();
  else sendProblem(request, response, brokenUrl());
};

/** The end of the line: another method on a known path is 405 (OPTIONS is told), anything else 404. */
export const unmatched =
  (methodsOf: (path: string) => string[]): RequestHandler =>
  (request, response) => {
    const methods = methodsOf(request.path);
    if (methods.length === 0) {
      return sendProblem(request, response, refuse('NOT_FOUND', { detail: `There is no ${request.path}.` }));
    }
    response.setHeader('Allow', methods.join(', '));
    if (request.method === 'OPTIONS') {
      response.status(204).end();
      return;
    }
    sendProblem(request, response, refuse('METHOD_NOT_ALLOWED', { detail: `Allowed here: ${methods.join(', ')}.` }));
  };
