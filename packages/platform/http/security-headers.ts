import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * helmet without `upgrade-insecure-requests`, which breaks plain HTTP away from localhost. Product pictures come from
 * anywhere; the pages and Swagger UI style elements in place. Other services are no browsers: what they ask for under
 * `/internal` goes without.
 */
export const securityHeaders = (): RequestHandler => {
  const secure = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'self'"],
        connectSrc: ["'self'"],
        fontSrc: ["'self'", 'data:'],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        imgSrc: ["'self'", 'data:', 'blob:', 'http:', 'https:'],
        objectSrc: ["'none'"],
        scriptSrc: ["'self'"],
        scriptSrcAttr: ["'none'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
      },
    },
    // Sent by whoever ends TLS; from here it would be ignored or, behind a proxy, outlive a test of HTTPS by a year.
    strictTransportSecurity: false,
  });
  return (request, response, next) => {
    if (request.path.startsWith('/internal/')) next();
    else secure(request, response, next);
  };
};
