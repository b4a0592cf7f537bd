import { describe, expect, it } from 'vitest';
import { auditShop } from '../support/audit.ts';
import { customer, eventually, stockOf } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';

const csv = `Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src
trail-mug,Trail Mug,<p>Keeps warm.</p>,Nordhav,Kitchen,"camp, mug",true,Colour,Blue,MUG-BLUE,10,14.00,https://example.com/blue.png
trail-mug,,,,,,,,Red,MUG-RED,5,14.50,https://example.com/red.png
night-lamp,Night Lamp,<p>Soft light.</p>,Lumo,Lighting,lamp,true,,,LAMP-1,3,39.90,
`;

const open = openShop();

const steps = (checkout: { steps: { name: string; direction: string; status: string }[] }) =>
  checkout.steps.map(({ name, direction, status }) => `${direction} ${name} ${status}`);

describe('The journey of a buyer', () => {
  it('When a catalogue is imported, bought with two vouchers and cancelled, then everything is returned once', async () => {
    const imported = await open.seller.call('POST', '/products/import', {
      body: csv,
      headers: { 'Content-Type': 'text/csv' },
    });
    expect(imported.body).toEqual({ created: 2, updated: 0, skipped: 0, errors: [] });
    const again = await open.seller.call('POST', '/products/import', {
      body: csv,
      headers: { 'Content-Type': 'text/csv' },
    });
    expect(again.body).toMatchObject({ created: 0, updated: 0, errors: [] });
    for (const voucher of [
      { code: 'TEN', type: 'percentage', value: 1000, scope: { kind: 'order' }, priority: 1 },
      {
        code: 'TWO',
        type: 'fixed_amount',
        value: { amount: 200, currency: 'USD' },
        scope: { kind: 'categories', ids: ['Kitchen'] },
      },
    ])
      expect((await open.seller.post('/vouchers', voucher)).status).toBe(201);

    const kim = await customer(open.shop.url);
    const found = await kim.get('/products?search=trail%20mu');
    expect(found.body.items.map((item: { title: string }) => item.title)).toEqual(['Trail Mug']);
    await kim.add('MUG-BLUE', 2);
    await kim.add('LAMP-1');
    expect((await kim.put('/cart/vouchers/ten')).status).toBe(200);
    expect((await kim.put('/cart/vouchers/TWO')).status).toBe(200);

    const quote = (await kim.get('/cart/quote')).body;
    // 28.00 + 39.90 = 67.90; 10 % = 6.79, then 2.00 off the mugs.
    expect(quote.subtotal).toEqual({ amount: 6790, currency: 'USD' });
    expect(quote.discounts).toEqual([
      { code: 'TEN', amount: { amount: 679, currency: 'USD' } },
      { code: 'TWO', amount: { amount: 200, currency: 'USD' } },
    ]);
    expect(quote.total).toEqual({ amount: 5911, currency: 'USD' });

    const bought = await kim.checkout({ body: { expectedTotal: quote.total } });
    expect(bought.status).toBe(201);
    expect(steps(bought.body)).toEqual([
      'forward lockCart done',
      'forward applyVouchers done',
      'forward reserveInventory done',
      'forward createOrder done',
      'forward completeCart done',
    ]);
    const starts = bought.body.steps.map((step: { startedAt: string }) => step.startedAt);
    expect([...starts].sort()).toEqual(starts);
    expect(bought.body.order).toMatchObject({ status: 'confirmed', total: quote.total, userId: kim.userId });
    expect((await kim.get('/cart')).body).toMatchObject({ items: [], vouchers: [], cartNo: 2, status: 'open' });
    await eventually(
      () => stockOf(open.shop.url, 'MUG-BLUE'),
      (stock) => stock.onHand === 8 && stock.reserved === 0,
    );
    expect((await open.seller.get('/vouchers/TEN')).body.used).toBe(1);

    const orderId = bought.body.orderId;
    const cancelled = await kim.post(`/orders/${orderId}/cancel`, { reason: 'changed my mind' });
    expect(cancelled.status).toBe(200);
    expect(cancelled.body.status).toBe('cancelled');
    expect((await kim.post(`/orders/${orderId}/cancel`)).body.status).toBe('cancelled');
    await eventually(
      () => stockOf(open.shop.url, 'MUG-BLUE'),
      (stock) => stock.onHand === 10 && stock.reserved === 0,
    );
    await eventually(
      async () => (await open.seller.get('/vouchers/TEN')).body.used,
      (used) => used === 0,
    );
    expect((await open.seller.get('/vouchers/TEN/redemptions')).body.items).toHaveLength(1);
    expect(await auditShop(open.shop)).toEqual([]);
  });

  it('When an order is shipped and delivered, then it can not be cancelled any more', async () => {
    const kim = await customer(open.shop.url);
    await kim.add('MUG-RED');
    const { orderId } = (await kim.checkout()).body;
    expect((await open.seller.post(`/orders/${orderId}/deliver`)).body.code).toBe('INVALID_TRANSITION');
    expect((await kim.post(`/orders/${orderId}/ship`)).body.code).toBe('FORBIDDEN');
    expect((await open.seller.post(`/orders/${orderId}/ship`)).body.status).toBe('shipped');
    expect((await open.seller.post(`/orders/${orderId}/ship`)).status).toBe(200);
    expect((await kim.post(`/orders/${orderId}/cancel`)).body.code).toBe('NOT_CANCELLABLE');
    expect((await open.seller.post(`/orders/${orderId}/deliver`)).body.status).toBe('delivered');
    expect((await open.seller.post(`/orders/${orderId}/ship`)).body.code).toBe('INVALID_TRANSITION');
    const order = (await kim.get(`/orders/${orderId}`)).body;
    expect(order.history.map((entry: { status: string }) => entry.status)).toEqual([
      'created',
      'confirmed',
      'shipped',
      'delivered',
    ]);
  });

  it('When another user asks for an order or a checkout, then it is not found', async () => {
    const kim = await customer(open.shop.url);
    await kim.add('MUG-RED');
    const { id, orderId } = (await kim.checkout()).body;
    const eve = await customer(open.shop.url);
    expect((await eve.get(`/orders/${orderId}`)).body.code).toBe('ORDER_NOT_FOUND');
    expect((await eve.post(`/orders/${orderId}/cancel`)).body.code).toBe('ORDER_NOT_FOUND');
    expect((await eve.get(`/checkouts/${id}`)).body.code).toBe('CHECKOUT_NOT_FOUND');
    expect((await eve.get(`/checkouts/${id}/events`)).body.code).toBe('CHECKOUT_NOT_FOUND');
    expect((await eve.get('/orders')).body.items).toEqual([]);
    expect((await kim.get('/orders')).body.items).toHaveLength(1);
  });

  it('When a checkout is watched, then its events end with the completed checkout', async () => {
    const kim = await customer(open.shop.url);
    await kim.add('MUG-RED');
    const accepted = await kim.checkout({ headers: { Prefer: 'respond-async' } });
    expect(accepted.status).toBe(202);
    expect(accepted.headers.get('location')).toBe(`/api/v1/checkouts/${accepted.body.id}`);
    const events = (await kim.get(`/checkouts/${accepted.body.id}/events`)).body as string;
    const seen = [...events.matchAll(/^event: checkout\ndata: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? ''));
    expect(seen.at(-1)).toMatchObject({ id: accepted.body.id, status: 'completed' });
    expect(steps(seen.at(-1)).every((step) => step.endsWith('done') || step.endsWith('skipped'))).toBe(true);
  });

  it('When the cart is empty, the key missing or the total another, then the checkout says so', async () => {
    const kim = await customer(open.shop.url);
    const empty = await kim.checkout();
    expect([empty.status, empty.body.code]).toEqual([422, 'CART_EMPTY']);
    expect((await kim.post('/checkouts', {})).body.code).toBe('IDEMPOTENCY_KEY_REQUIRED');
    await kim.add('MUG-BLUE');
    const changed = await kim.checkout({ body: { expectedTotal: { amount: 1, currency: 'USD' } } });
    expect(changed.body).toMatchObject({
      code: 'TOTAL_CHANGED',
      errors: [{ expected: { amount: 1, currency: 'USD' }, actual: { amount: 1400, currency: 'USD' } }],
    });
    expect((await kim.get('/cart')).body).toMatchObject({ status: 'open', items: [{ sku: 'MUG-BLUE' }] });
    expect((await kim.checkout()).status).toBe(201);
  });
});
