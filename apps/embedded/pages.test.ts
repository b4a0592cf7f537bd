import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve, type TestServer } from '@shop/platform/testing/http.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPages, servePages } from './pages.ts';

const script = `console.log(${JSON.stringify('a'.repeat(2000))});\n`;
const asPage = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
let folder: string;
let server: TestServer;

const request = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
  const response = await fetch(server.url + path, { method, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pages-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Shop</title>');
  await writeFile(join(folder, 'assets', 'index-1a2b.js'), script);
  await writeFile(join(folder, '.built'), 'stamp');
  const pages = await readPages(folder);
  if (!pages) throw new Error('no pages');
  server = await serve([], { mount: servePages(pages) });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

describe('Pages', () => {
  it.each(['/', '/index.html', '/orders', '/console/sagas/1', '/products/a.b'])(
    'When somebody opens %s, then the page comes, and is asked for again next time',
    async (path) => {
      const { status, headers, text } = await request(path, asPage);
      expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
        200,
        'text/html; charset=utf-8',
        'no-cache',
      ]);
      expect(text).toContain('<title>Shop</title>');
    },
  );

  it.each(['/api/v1/nothing', '/api', '/assets/gone.js', '/internal/cart', '/health/nothing', '/pictures/x.svg'])(
    'When somebody opens %s, then it is a problem: that is no address of a page',
    async (path) => {
      const { status, headers } = await request(path, asPage);
      expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json; charset=utf-8']);
    },
  );

  it('When a program asks for what is not there, then it is no page but a problem', async () => {
    for (const path of ['/orders', '/robots.txt', '/.built', '/..%2Fpackage.json'])
      expect((await request(path, { Accept: '*/*' })).status).toBe(404);
    expect((await request('/orders', asPage, 'POST')).status).toBe(404);
  });

  it('When a script is loaded, then it comes compressed and is kept for good', async () => {
    const { status, headers, text } = await request('/assets/index-1a2b.js');
    expect([status, text]).toEqual([200, script]);
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(headers.get('content-encoding')).toBe('gzip');
    const plain = await request('/assets/index-1a2b.js', { 'Accept-Encoding': 'identity' });
    expect([plain.text, plain.headers.get('content-encoding')]).toEqual([script, null]);
  });

  it('When the page has not changed, then it is not sent again', async () => {
    const first = await request('/', asPage);
    const tag = first.headers.get('etag') ?? '';
    const again = await request('/orders', { ...asPage, 'If-None-Match': tag });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('When nothing was built, then there are no pages', async () => {
    expect(await readPages(join(folder, 'nowhere'))).toBeUndefined();
    expect(await readPages(join(folder, 'assets'))).toBeUndefined();
  });
});
