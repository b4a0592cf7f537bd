import { mountedPath } from '@shop/platform/http/paths.ts';
import type { Route } from '@shop/platform/http/route.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as cart from '../../services/cart/routes.ts';
import * as discount from '../../services/discount/routes.ts';
import * as identity from '../../services/identity/routes.ts';
import * as inventory from '../../services/inventory/routes.ts';
import * as orderConsole from '../../services/order/console/routes.ts';
import * as lab from '../../services/order/lab/routes.ts';
import * as order from '../../services/order/routes.ts';
import * as product from '../../services/product/routes.ts';
import { type ServiceName, serviceNames } from '../services.ts';
import { type Sent, send, startTestEdge, type TestEdge } from './testing.ts';

let edge: TestEdge;
const call = (sent: Sent) => send(edge, sent);
const asked = () => serviceNames.flatMap((name) => edge.upstreams[name].flatMap(({ seen }) => seen));

beforeAll(async () => {
  edge = await startTestEdge({ rateLimit: 'off' });
});
afterAll(() => edge.close());
beforeEach(() => {
  for (const upstream of Object.values(edge.upstreams).flat()) upstream.seen.length = 0;
});

/** Every route that a module declares; what they do is not asked for. */
const routesOf = (modules: readonly object[]): Route[] =>
  modules
    .flatMap((module) => Object.entries(module))
    .filter(([name]) => name.endsWith('Routes'))
    .flatMap(([, make]) => (make as (deps: object) => Route[])(new Proxy({}, { get: () => () => undefined })));

const declared = Object.entries({
  identity: routesOf([identity]),
  product: routesOf([product]),
  inventory: routesOf([inventory]),
  cart: routesOf([cart]),
  discount: routesOf([discount]),
  order: routesOf([order, orderConsole, lab]),
} satisfies Record<ServiceName, Route[]>).flatMap(([service, routes]) => routes.map((route) => ({ service, route })));

const isInternal = ({ route }: (typeof declared)[number]): boolean => route.path.startsWith('/internal/');

describe('the way through the edge', () => {
  it('When any route that a service declares is called, then that service gets it, as it was sent', async () => {
    const open = declared.filter((one) => !isInternal(one));
    expect(open.length).toBeGreaterThan(40);
    for (const { service, route } of open) {
      const path = `${mountedPath(route).replace(/:\w+/g, 'A%2Fb')}?q=%20x`;
      const { status, body } = await call({ method: route.method.toUpperCase(), path });
      expect([path, status, body.service, body.path]).toEqual([path, 200, service, path]);
    }
  });

  it.each([
    ['order', '/api/v1/orders/..%2f..%2fetc%2fpasswd'],
    ['order', '/api/v1/admin/dead-letters/..%2f..%2fetc%2fpasswd/replay'],
    ['inventory', '/api/v1/inventory/%2e%2e/movements?limit=1'],
    ['inventory', '/api/v1/inventory/..'],
    ['cart', '/api/v1/cart/vouchers/..%2F..%2Fvouchers'],
    ['discount', '/api/v1/vouchers/a%2F..%2Fb'],
    ['product', '/api/v1/products/%2E'],
    ['identity', '/api/v1/auth/%2e%2e'],
  ])(
    'When the name of something in %s is a way up (%s), then the service gets it as it was sent',
    async (service, path) => {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const { status, body } = await call({ method, path });
        expect([status, body.service, body.path]).toEqual([200, service, path]);
      }
    },
  );

  it.each([
    '/docs/../../package.json',
    '/docs/..%2f..%2fpackage.json',
    '/api/v1/nothing/%2e%2e',
    '/.odd',
    '/internal/cart/lock',
    '//internal/cart/lock',
    '/api/v1/../../internal/cart/lock',
    '/%69nternal/cart/lock',
    '/api/v1/cart/%2e%2e/%2e%2e/%2e%2e/internal/cart/lock',
    '/api/v1/internal/cart/lock',
    '/metrics',
    '/health/live/x',
    '/api/v1/cartoons',
    '/api/v1/nothing',
    '/api/v2/cart',
    '/problem/503',
    '/.problem/503',
  ])('When %s is called from outside, then nothing is there, and no service hears of it', async (path) => {
    for (const method of ['GET', 'POST']) {
      const { status, headers, body } = await call({ method, path });
      expect([status, body.code, headers['content-type']]).toEqual([
        404,
        'NOT_FOUND',
        'application/problem+json; charset=utf-8',
      ]);
    }
    expect(asked()).toEqual([]);
  });

  it('When a route between services is called by its own path, then nothing is there', async () => {
    const internal = declared.filter(isInternal);
    expect(internal.length).toBeGreaterThan(7);
    for (const { route } of internal)
      expect((await call({ method: 'POST', path: route.path, body: '{}' })).status).toBe(404);
    expect(asked()).toEqual([]);
  });

  it('When a request carries a harmless id, then it goes on and comes back; any other is replaced', async () => {
    const kept = await call({ path: '/api/v1/cart', headers: { 'X-Request-Id': 'order-7/a' } });
    expect([kept.headers['x-request-id'], kept.body.headers['x-request-id']]).toEqual(['order-7/a', 'order-7/a']);
    const made = await call({ path: '/api/v1/cart', headers: { 'X-Request-Id': 'a "quoted" one' } });
    expect(made.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(made.body.headers['x-request-id']).toBe(made.headers['x-request-id']);
    const own = await call({ path: '/nothing', headers: { 'X-Request-Id': 'mine' } });
    expect(own.headers['x-request-id']).toBe('mine');
  });

  it('When a caller says whom it stands for, then services hear the address that the edge has seen', async () => {
    const { body } = await call({ path: '/api/v1/cart', headers: { 'X-Forwarded-For': '8.8.8.8' } });
    expect(body.headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(body.headers.traceparent).toBeUndefined();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect((await call({ path: '/api/v1/cart', headers: { traceparent } })).body.headers.traceparent).toBe(traceparent);
  });

  it('When a service answers, then what it says arrives, and headers for safety are there once', async () => {
    edge.upstreams.cart[0]?.answer((request, response) => {
      request.resume();
      response.writeHead(423, {
        'Content-Type': 'application/problem+json',
        ETag: '"3-abc"',
        'Retry-After': '7',
        'Cache-Control': 'no-store',
        'X-Frame-Options': 'SAMEORIGIN',
        'X-Request-Id': 'from the service',
      });
      response.end('{"code":"CART_LOCKED"}');
    });
    const { status, headers, body } = await call({ path: '/api/v1/cart', headers: { 'X-Request-Id': 'mine' } });
    expect([status, body.code, headers.etag, headers['retry-after']]).toEqual([423, 'CART_LOCKED', '"3-abc"', '7']);
    expect([headers['cache-control'], headers['x-frame-options'], headers['x-request-id']]).toEqual([
      'no-store',
      'SAMEORIGIN',
      'mine',
    ]);
    expect(headers['content-security-policy']).toContain("script-src 'self'");
  });
});
