import { describe, expect, it } from 'vitest';
import { auditShop } from '../support/audit.ts';
import { customer, eventually, guest, product } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';

const open = openShop();

describe('What changes between cart and checkout', () => {
  it('When a price changes, then the next checkout is refused once and the one after it pays the new price', async () => {
    const { sku, product: made } = await product(open.seller, { price: 1000 });
    const kim = await guest(open.shop.url);
    await kim.add(sku, 2);
    await open.seller.patch(`/products/${made.id}`, {
      variants: [{ sku, price: { amount: 1200, currency: 'USD' }, options: {} }],
    });
    const cart = await eventually(
      async () => (await kim.get('/cart')).body,
      (body) => body.items[0].priceChanged === true,
    );
    expect(cart.items[0].unitPrice).toEqual({ amount: 1200, currency: 'USD' });
    const refused = await kim.checkout();
    expect([refused.status, refused.body.code]).toEqual([409, 'PRICE_CHANGED']);
    expect(refused.body.errors).toEqual([
      { sku, was: { amount: 1000, currency: 'USD' }, now: { amount: 1200, currency: 'USD' } },
    ]);
    const bought = await kim.checkout();
    expect(bought.status).toBe(201);
    expect(bought.body.order.total).toEqual({ amount: 2400, currency: 'USD' });
  });

  it('When a product is deleted, then its line stays, unavailable, until it is removed', async () => {
    const gone = await product(open.seller);
    const kept = await product(open.seller, { price: 700 });
    const kim = await guest(open.shop.url);
    await kim.add(gone.sku);
    await kim.add(kept.sku);
    expect((await open.seller.del(`/products/${gone.product.id}`)).status).toBe(204);
    const cart = await eventually(
      async () => (await kim.get('/cart')).body,
      (body) => body.items.some((item: { available?: boolean }) => item.available === false),
    );
    expect(cart.subtotal).toEqual({ amount: 700, currency: 'USD' });
    const refused = await kim.checkout();
    expect(refused.body).toMatchObject({ code: 'PRODUCT_UNAVAILABLE', errors: [{ sku: gone.sku }] });
    expect((await kim.del(`/cart/items/${gone.sku}`)).status).toBe(200);
    expect((await kim.checkout()).status).toBe(201);
    expect((await kim.post('/cart/items', { sku: gone.sku, quantity: 1 })).body.code).toBe('SKU_UNKNOWN');
  });

  it('When a voucher is stopped, then the checkout names it and gives everything back', async () => {
    const { sku } = await product(open.seller);
    for (const code of ['STAYS', 'STOPS'])
      await open.seller.post('/vouchers', { code, type: 'percentage', value: 1000, scope: { kind: 'order' } });
    const kim = await customer(open.shop.url);
    await kim.add(sku);
    await kim.put('/cart/vouchers/STAYS');
    await kim.put('/cart/vouchers/STOPS');
    expect((await open.seller.del('/vouchers/STOPS')).status).toBe(204);
    const refused = await kim.checkout();
    expect(refused.body).toMatchObject({ code: 'VOUCHER_REJECTED', errors: [{ code: 'STOPS', reason: 'INACTIVE' }] });
    expect((await open.seller.get('/vouchers/STAYS')).body.used).toBe(0);
    expect((await kim.get('/cart')).body.status).toBe('open');
    await kim.del('/cart/vouchers/STOPS');
    expect((await kim.checkout()).status).toBe(201);
  });

  it('When a checkout fails at inventory, then its timeline shows the rollback and the voucher is free again', async () => {
    const { sku } = await product(open.seller, { stock: 1 });
    await open.seller.post('/vouchers', {
      code: 'BACK',
      type: 'percentage',
      value: 1000,
      scope: { kind: 'order' },
      usageLimit: 1,
    });
    const kim = await customer(open.shop.url);
    await kim.add(sku, 2);
    await kim.put('/cart/vouchers/BACK');
    const refused = await kim.checkout();
    expect(refused.body).toMatchObject({ code: 'OUT_OF_STOCK', errors: [{ sku, requested: 2, available: 1 }] });
    const checkout = (await kim.get(`/checkouts/${refused.body.checkoutId}`)).body;
    expect(checkout.status).toBe('compensated');
    expect(checkout.problem.code).toBe('OUT_OF_STOCK');
    expect(
      checkout.steps.map(({ name, direction, status }: Record<string, string>) => `${direction} ${name} ${status}`),
    ).toEqual([
      'forward lockCart undone',
      'forward applyVouchers undone',
      'forward reserveInventory refused',
      'undo applyVouchers done',
      'undo lockCart done',
    ]);
    expect((await open.seller.get('/vouchers/BACK')).body.used).toBe(0);
    await kim.put(`/cart/items/${sku}`, { quantity: 1 });
    expect((await kim.checkout()).body.order.vouchers).toMatchObject([{ code: 'BACK' }]);
    expect(await auditShop(open.shop)).toEqual([]);
  });

  it('When a guest registers or signs in, then the cart comes along', async () => {
    const { sku } = await product(open.seller);
    const visitor = await guest(open.shop.url);
    await visitor.add(sku, 2);
    const registered = await visitor.post('/auth/register', {
      email: 'moved@example.com',
      password: 'correct horse battery',
      name: 'Moved',
    });
    expect(registered.body.user).toMatchObject({ id: visitor.userId, role: 'customer' });
    const second = await guest(open.shop.url);
    await second.add(sku, 3);
    const signedIn = await second.post('/auth/login', {
      email: 'moved@example.com',
      password: 'correct horse battery',
    });
    expect(signedIn.body).toMatchObject({ cartMerged: true, user: { id: visitor.userId } });
    expect((await visitor.get('/cart')).body.items).toMatchObject([{ sku, quantity: 5 }]);
    expect((await second.get('/cart')).body.items).toEqual([]);
  });
});
