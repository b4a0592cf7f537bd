import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Express, Request, RequestHandler, Response } from 'express';

const deflate = promisify(gzip);

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

interface PageFile {
  body: Buffer;
  /** Left away where it would save nothing. */
  zipped?: Buffer;
  type: string;
  etag: string;
}

/** The built web pages by path; they are few, so they are held in memory, and no request names a file. */
export type Pages = ReadonlyMap<string, PageFile>;

const readPage = async (path: string): Promise<PageFile> => {
  const body = await readFile(path);
  const zipped = await deflate(body, { level: 9 });
  return {
    body,
    ...(zipped.length < body.length && { zipped }),
    type: types[extname(path)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  };
};

/** Reads what `npm run build` has made; undefined where it has not. */
export const readPages = async (folder: string): Promise<Pages | undefined> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name));
  const read = paths.map(async (path): Promise<[string, PageFile]> => {
    return [`/${relative(folder, path).split(sep).join('/')}`, await readPage(path)];
  });
  const pages = new Map(await Promise.all(read));
  return pages.has('/index.html') ? pages : undefined;
};

/** Their names change with what is in them; all else is asked for again, and mostly has not changed. */
const cachingOf = (path: string): string =>
  path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';

const sendPage = (request: Request, response: Response, path: string, { body, zipped, type, etag }: PageFile): void => {
  response.setHeader('Cache-Control', cachingOf(path));
  response.setHeader('ETag', etag);
  response.setHeader('Vary', 'Accept, Accept-Encoding');
  if (request.headers['if-none-match'] === etag) {
    response.status(304).end();
    return;
  }
  const useZipped = zipped !== undefined && request.acceptsEncodings('gzip') === 'gzip';
  if (useZipped) response.setHeader('Content-Encoding', 'gzip');
  const bytes = useZipped ? zipped : body;
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', bytes.length);
  response.end(request.method === 'HEAD' ? undefined : bytes);
};

/** What is no page's address, whoever asks: there the shop answers, or says that nothing is there. */
const notPages = /^\/(api|assets|docs|health|internal|metrics|pictures|[.]well-known)(\/|$)/;

/** Somebody typed an address or followed a link; scripts and pictures that are not there are not pages. */
const asksForPage = ({ path, headers }: Request): boolean =>
  path === '/' || (!notPages.test(path) && /\btext\/html\b/.test(headers.accept ?? ''));

/** Serves the pages: their files as they are named, the one page for every address that it knows how to show. */
export const servePages =
  (pages: Pages) =>
  (app: Express): void => {
    const serve: RequestHandler = (request, response, next) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return next();
      const path = pages.has(request.path) || !asksForPage(request) ? request.path : '/index.html';
      const page = pages.get(path);
      if (page) sendPage(request, response, path, page);
      else next();
    };
    app.use(serve);
  };
