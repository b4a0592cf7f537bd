import { Parser } from '@asyncapi/parser';
import { describe, expect, it } from 'vitest';
import { call, guest } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';

const open = openShop();
const document = async (path: string) => (await call(open.shop.url, 'GET', path)).body;

describe('Documents and health', () => {
  it('When the API document is read, then it names every service and each operation says what it answers', async () => {
    const { openapi, paths } = await document('/openapi.json');
    expect(openapi).toMatch(/^3\.1/);
    for (const path of [
      '/auth/login',
      '/products/{id}',
      '/inventory/{sku}',
      '/cart/items',
      '/vouchers/{code}',
      '/checkouts',
    ])
      expect(Object.keys(paths).some((found) => found.endsWith(path))).toBe(true);
    expect(Object.keys(paths).some((path) => path.includes('/internal'))).toBe(false);
    for (const operations of Object.values(paths) as Record<string, { summary: string; responses: object }>[])
      for (const { summary, responses } of Object.values(operations)) {
        expect(summary).not.toBe('');
        expect(Object.keys(responses).length).toBeGreaterThan(1);
      }
  });

  it('When the official parser reads the events document, then it finds nothing to complain of', async () => {
    const text = JSON.stringify(await document('/asyncapi.json'));
    const { document: parsed, diagnostics } = await new Parser().parse(text);
    // 3.0 is what is promised; that there is a newer one is no fault.
    expect(diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version')).toEqual([]);
    expect(parsed?.messages().length).toBe(21);
    const broken = await new Parser().parse(text.replace('"address":"order"', '"address":7'));
    expect(broken.diagnostics.length).toBeGreaterThan(diagnostics.length);
  });

  it('When the events document is read, then every reference in it leads somewhere', async () => {
    const events = await document('/asyncapi.json');
    expect(events.asyncapi).toBe('3.0.0');
    expect(Object.keys(events.channels)).toEqual(['product', 'inventory', 'cart', 'discount', 'order']);
    expect(events.components.messages.orderCreated).toMatchObject({
      name: 'order.created',
      payload: { type: 'object' },
    });
    expect(events.operations.inventoryHearsOrder.messages).toEqual([
      { $ref: '#/channels/order/messages/orderCreated' },
      { $ref: '#/channels/order/messages/orderCancelled' },
    ]);
    const references = JSON.stringify(events).match(/"\$ref":"#[^"]+"/g) ?? [];
    for (const reference of references) {
      const path = reference.slice('"$ref":"#/'.length, -1).split('/');
      expect(path.reduce((place, name) => place?.[name], events)).toBeDefined();
    }
  });

  it('When health is asked, then the shop lives and is ready; the pages of the API are there', async () => {
    expect((await call(open.shop.url, 'GET', '/health/live')).body).toEqual({ status: 'live' });
    expect((await call(open.shop.url, 'GET', '/health/ready')).body).toEqual({ status: 'ready' });
    expect((await call(open.shop.url, 'GET', '/docs/')).body).toContain('swagger-ui');
    expect((await call(open.shop.url, 'GET', '/pictures/mug.svg?tint=blue')).headers.get('content-type')).toContain(
      'svg',
    );
    expect((await call(open.shop.url, 'GET', '/pictures/mug.svg?tint=nothing')).status).toBe(404);
  });

  it('When a service route is asked from outside, then it is not there', async () => {
    const kim = await guest(open.shop.url);
    for (const path of ['/internal/cart/lock', '/internal/inventory/reserve', '/metrics']) {
      const reply = await call(open.shop.url, 'POST', path, { body: {} }, kim.token);
      expect([reply.status, reply.body.code]).toEqual([404, 'NOT_FOUND']);
    }
  });
});
