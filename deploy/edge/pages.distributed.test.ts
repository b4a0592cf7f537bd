import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sent, send, startTestEdge, type TestEdge } from './testing.ts';

let edge: TestEdge;
const call = (sent: Sent) => send(edge, sent);

beforeAll(async () => {
  edge = await startTestEdge({ corsOrigins: ['http://pages.example'] });
});
afterAll(() => edge.close());

describe('what the edge serves by itself', () => {
  it('When the documents are read, then they are those of docs, read anew each time', async () => {
    for (const name of ['openapi', 'asyncapi']) {
      const { status, headers, body } = await call({ path: `/${name}.json` });
      expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
      expect(headers['cache-control']).toBe('no-cache');
      expect(body[name]).toMatch(/^3[.]/);
    }
  });

  it('When the page of the API is opened, then all its files are there and none is a script in place', async () => {
    const { status, headers } = await call({ path: '/docs' });
    expect([status, headers.location]).toEqual([302, '/docs/']);
    const page = await call({ path: '/docs/' });
    expect(page.headers['content-security-policy']).toContain("script-src 'self';script-src-attr 'none'");
    expect(page.text).not.toMatch(/<script>/);
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file?.replace(/^[.][/]/, ''));
    expect(files).toContain('swagger-initializer.js');
    for (const file of files) expect([file, (await call({ path: `/docs/${file}` })).status]).toEqual([file, 200]);
    expect((await call({ path: '/docs/swagger-initializer.js' })).text).toContain("url: '/openapi.json'");
  });

  it('When a picture is asked for in a tint, then it is drawn so; others are not there', async () => {
    const mug = await call({ path: '/pictures/mug.svg?tint=blue' });
    expect([mug.status, mug.headers['content-type']]).toEqual([200, 'image/svg+xml']);
    expect(mug.headers['cache-control']).toBe('public, max-age=86400');
    expect(mug.text).toContain('#3f74b8');
    for (const path of [
      '/pictures/mug.svg',
      '/pictures/mug.svg?tint=nothing',
      '/pictures/mug.svg?tint=../mug-blue',
      '/pictures/nothing.svg?tint=blue',
      '/pictures/mug-blue.svg',
    ])
      expect([path, (await call({ path })).body.code]).toEqual([path, 'NOT_FOUND']);
  });

  it('When there are no pages, then the root is not there; once there are, they are served and their routes too', async () => {
    const html = { Accept: 'text/html' };
    expect((await call({ path: '/', headers: html })).body.code).toBe('NOT_FOUND');
    await mkdir(join(edge.dir, 'web/assets'));
    await writeFile(join(edge.dir, 'web/index.html'), '<title>Shop</title>');
    await writeFile(join(edge.dir, 'web/assets/shop-1a2b.js'), 'export {}');
    try {
      for (const path of ['/', '/index.html', '/products/a.b', '/console/sagas']) {
        const page = await call({ path, headers: html });
        expect([page.status, page.headers['cache-control'], page.text]).toEqual([
          200,
          'no-cache',
          '<title>Shop</title>',
        ]);
      }
      const script = await call({ path: '/assets/shop-1a2b.js' });
      expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
      expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect((await call({ path: '/assets/shop-0000.js', headers: html })).status).toBe(404);
      expect((await call({ path: '/favicon.ico', headers: { Accept: 'image/*' } })).status).toBe(404);
      await writeFile(join(edge.dir, 'web/.built'), 'stamp');
      for (const path of ['/.built', '/orders', '/robots.txt']) expect((await call({ path })).status).toBe(404);
      for (const path of ['/', '/orders', '/assets/shop-1a2b.js'])
        expect([path, (await call({ method: 'POST', path, headers: html })).body.code]).toEqual([path, 'NOT_FOUND']);
      for (const path of ['/api/v1/nothing', '/internal/cart/lock', '/metrics', '/health/nothing', '/docs/nothing'])
        expect([path, (await call({ path, headers: html })).status]).toEqual([path, 404]);
    } finally {
      await rm(join(edge.dir, 'web/index.html'));
    }
  });

  it('When pages of an allowed origin meet what the edge itself answers, then they may read it; others may not', async () => {
    const from = (Origin: string) => call({ path: '/api/v1/nothing', headers: { Origin } });
    expect((await from('http://pages.example')).headers['access-control-allow-origin']).toBe('http://pages.example');
    expect((await from('http://other.example')).headers['access-control-allow-origin']).toBeUndefined();
    const passed = await call({ path: '/api/v1/cart', headers: { Origin: 'http://pages.example' } });
    expect(passed.headers['access-control-allow-origin']).toBeUndefined();
  });
});
