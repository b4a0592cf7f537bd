import type { Express } from 'express';
import { picture } from '../../seed/pictures.ts';

/** Serves the drawn pictures of the sample catalogue: /pictures/mug.svg?tint=blue. */
export const servePictures = (app: Express): void => {
  app.get('/pictures/:kind.svg', (request, response, next) => {
    const tint = typeof request.query.tint === 'string' ? request.query.tint : '';
    const svg = picture(request.params.kind, tint);
    if (svg === undefined) return next();
    response.setHeader('Cache-Control', 'public, max-age=86400');
    response.type('image/svg+xml').end(svg);
  });
};
