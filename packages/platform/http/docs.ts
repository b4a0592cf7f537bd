import type { Express, RequestHandler } from 'express';
import swagger from 'swagger-ui-express';
import { docsPolicy } from './security-headers.ts';

const stylesInPlace: RequestHandler = (_request, response, next) => {
  response.setHeader('Content-Security-Policy', docsPolicy);
  next();
};

/**
 * Serves documents as JSON, and Swagger UI at /docs where there is an `/openapi.json`. Answers the paths that exist
 * now.
 */
export const docs = (app: Express, documents: Record<string, object | undefined>): string[] => {
  const paths: string[] = [];
  for (const [path, document] of Object.entries(documents)) {
    if (!document) continue;
    const text = JSON.stringify(document);
    app.get(path, (_request, response) => {
      response.setHeader('Cache-Control', 'no-cache');
      response.type('json').end(text);
    });
    paths.push(path);
  }
  if (documents['/openapi.json']) {
    const page = swagger.setup(null, { customSiteTitle: 'API', swaggerOptions: { url: '/openapi.json' } });
    // Its page names its files relative to itself.
    app.get('/docs', stylesInPlace, (request, response, next) =>
      request.path.endsWith('/') ? page(request, response, next) : response.redirect(302, '/docs/'),
    );
    app.use('/docs', stylesInPlace, swagger.serve);
    paths.push('/docs');
  }
  return paths;
};
