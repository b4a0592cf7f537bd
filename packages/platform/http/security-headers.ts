import type { Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';

type Directives = Record<string, readonly string[]>;

const pages: Directives = {
  'default-src': ["'self'"],
  'base-uri': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'img-src': ["'self'"],
  'object-src': ["'none'"],
  'script-src': ["'self'"],
  'script-src-attr': ["'none'"],
  'style-src': ["'self'"],
};

const policy = (directives: Directives): string =>
  Object.entries(directives)
    .map(([name, values]) => [name, ...values].join(' '))
    .join(';');

/**
 * What a page may load and call: this origin alone, nothing written in place. Pictures of products may come from further
 * origins where the shop's owner names them.
 */
export const pagesPolicy = (pictureOrigins: readonly string[] = []): string =>
  policy({ ...pages, 'img-src': ["'self'", ...pictureOrigins] });

/** The same for Swagger UI, which styles its elements in place and has its icons in its style sheet. */
export const docsPolicy: string = policy({
  ...pages,
  'img-src': ["'self'", 'data:'],
  'style-src': ["'self'", "'unsafe-inline'"],
});

/** What helmet sets is the same for every answer, so it is asked once. */
const helmetHeaders = (): ReadonlyMap<string, string> => {
  const headers = new Map<string, string>();
  const response = { setHeader: (name: string, value: string) => headers.set(name, value), removeHeader: () => {} };
  const set = helmet({
    contentSecurityPolicy: false,
    // Sent by whoever ends TLS; from here it would be ignored or, behind a proxy, outlive a test of HTTPS by a year.
    strictTransportSecurity: false,
  });
  set({} as Request, response as unknown as Response, () => {});
  return headers;
};

/** helmet's headers, with our policy: its own has `upgrade-insecure-requests`, which breaks plain HTTP. */
export const securityHeaderValues = (pictureOrigins: readonly string[] = []): ReadonlyMap<string, string> =>
  new Map([['Content-Security-Policy', pagesPolicy(pictureOrigins)], ...helmetHeaders()]);

/** Sets them on every answer to a browser. */
export const securityHeaders = (pictureOrigins: readonly string[] = []): RequestHandler => {
  const headers = securityHeaderValues(pictureOrigins);
  return (request, response, next) => {
    // Other services are no browsers: what they ask for goes without.
    if (request.path.startsWith('/internal/')) return next();
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
};
