import type { RequestHandler } from 'express';

const exposed = 'ETag, Location, Retry-After, X-Request-Id';
const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const headers =
  'Authorization, Content-Type, Accept, If-Match, If-None-Match, Idempotency-Key, Prefer, X-Request-Id, traceparent';

/** Lets pages of the listed origins call the API (`*`: all). Tokens travel in a header, so no credentials are allowed. */
export const cors = (origins: readonly string[]): RequestHandler => {
  const all = origins.includes('*');
  return (request, response, next) => {
    response.vary('Origin');
    const origin = request.get('origin');
    const listed = origin !== undefined && (all || origins.includes(origin));
    if (!listed) return next();
    response.setHeader('Access-Control-Allow-Origin', all ? '*' : origin);
    response.setHeader('Access-Control-Expose-Headers', exposed);
    if (request.method !== 'OPTIONS' || !request.get('access-control-request-method')) return next();
    response.setHeader('Access-Control-Allow-Methods', methods);
    response.setHeader('Access-Control-Allow-Headers', headers);
    response.setHeader('Access-Control-Max-Age', '600');
    response.status(204).end();
  };
};
