import { beforeEach, describe, expect, it } from 'vitest';
import { queryShop } from '../support/audit.ts';
import { customer, eventually, product } from '../support/client.ts';
import { openBrowser } from './open-browser.ts';
import { customerOf, operatorOf } from './operator.ts';
import { parkSaga } from './parked.ts';
import type { Visitor } from './visitor.ts';

const open = openBrowser();
let operator: Visitor;
beforeEach(async () => {
  operator = await operatorOf(open);
});

/** The row of a table that has `text` in it. */
const row = (text: string) => operator.page.getByRole('row').filter({ hasText: text });

describe('The door of the console', () => {
  it('When somebody who is signed out opens a view, then they sign in and come back to it', async () => {
    const visitor = await open.visitor();
    await visitor.open('/console/sagas?status=parked');
    await visitor.heading('Sign in to the console').waitFor();
    await visitor.link('Sign in').click();
    await visitor.field('Email').fill('admin@example.com');
    await visitor.field('Password').fill('admin-password');
    await visitor.button('Sign in').click();
    await visitor.heading('Sagas').waitFor();
    expect(new URL(visitor.page.url()).pathname + new URL(visitor.page.url()).search).toBe(
      '/console/sagas?status=parked',
    );
  });

  it('When a customer opens it, then it is closed, and says why', async () => {
    const visitor = await customerOf(open);
    await visitor.open('/console');
    await visitor.heading('The console is for administrators').waitFor();
  });
});

describe('Sagas', () => {
  it('When a saga is parked, then an operator finds it, sees where it is stuck, retries it, and it completes', async () => {
    const { sku } = await product(open.seller, { stock: 5 });
    const id = await parkSaga(open, sku);
    const { page } = operator;
    await operator.open('/console');
    await page.getByRole('link', { name: /^Parked sagas 1/ }).click();
    await operator.heading('Sagas').waitFor();
    await row('Parked')
      .getByRole('link', { name: id.slice(-8) })
      .click();
    await page.getByText('Parked: it waits for you').waitFor();
    await row('Complete the cart').getByText('Stuck').waitFor();
    await operator.button('Retry').click();
    await page.getByText('Completed', { exact: true }).waitFor();
    await row('Complete the cart').getByText('Done').waitFor();
    // What was said about it, with its payload on a click; on the timeline too.
    await page.getByRole('button', { name: 'Show order.created' }).click();
    await page.getByRole('region', { name: 'Payload of order.created' }).getByText(id).first().waitFor();
    expect((await open.seller.get(`/checkouts/${id}`)).body.status).toBe('completed');
  });

  it('When only the keyboard is used, then it leads through the table, into a saga and back to its row', async () => {
    const { sku } = await product(open.seller, { stock: 1 });
    for (let buyer = 0; buyer < 3; buyer += 1) {
      const kim = await customer(open.shop.url);
      await kim.add(sku);
      await kim.checkout();
    }
    const { page } = operator;
    await operator.open('/console');
    const { keyboard } = page;
    const focused = async () => ((await page.locator(':focus').allTextContents())[0] ?? '').trim();
    const tabTo = async (text: RegExp) => {
      for (let press = 0; press < 60 && !text.test(await focused()); press += 1) await keyboard.press('Tab');
      expect(await focused()).toMatch(text);
    };
    await tabTo(/^Skip to the view$/);
    await tabTo(/^Sagas/);
    await keyboard.press('Enter');
    await operator.heading('Sagas').waitFor();
    await row('Compensated').first().waitFor();
    await tabTo(/^[0-9a-f]{8}$/);
    const first = await focused();
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowUp');
    const second = await focused();
    expect(second).toMatch(/^[0-9a-f]{8}$/);
    expect(second).not.toBe(first);
    await keyboard.press('Enter');
    await operator.heading(`Saga ${second}`).waitFor();
    await expect.poll(focused, { timeout: 30_000 }).toBe(`Saga ${second}`);
    await page.goBack();
    await operator.heading('Sagas').waitFor();
    await expect.poll(focused, { timeout: 30_000 }).toBe(second);
  });
});

describe('Products', () => {
  const sheet = [
    'Handle,Title,Variant SKU,Variant Inventory Qty,Variant Price',
    'good-mug,Good Mug,GOOD-MUG,7,12.00',
    'bad-mug,Bad Mug,BAD-MUG,7,twelve',
    'other-mug,Other Mug,OTHER-MUG,3,9.50',
  ].join('\n');

  it('When a sheet with a bad row is imported, then the row is shown with its fault, and the others are in the shop', async () => {
    const { page } = operator;
    await operator.open('/console/products');
    await operator.link('Import CSV').click();
    await page
      .getByLabel('CSV file')
      .setInputFiles({ name: 'mugs.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) });
    await operator.button('Import').click();
    await operator.heading('Report').waitFor();
    await page.getByText('One row has a fault').waitFor();
    const fault = page.getByRole('table', { name: 'Faults by row' }).getByRole('row').nth(1);
    expect(await fault.textContent()).toMatch(/^3.*price.*bad-mug · Bad Mug · BAD-MUG · twelve$/i);
    await operator.link('See the products').click();
    await row('Good Mug').getByText('$12.00').waitFor();
    await row('Other Mug').waitFor();
    expect(await row('Bad Mug').count()).toBe(0);
  });

  it('When somebody else saves the product meanwhile, then the edit is kept until one has chosen', async () => {
    const made = await product(open.seller, { title: 'Slow Mug' });
    const { page } = operator;
    await operator.open(`/console/products/${made.product.id}`);
    await operator.field('Title').fill('Quick Mug');
    await open.seller.patch(`/products/${made.product.id}`, { brand: 'Others' });
    await operator.button('Save changes').click();
    await page.getByText('Somebody else changed this product while you did').waitFor();
    await page.getByText('Now different from what you began with: brand.').waitFor();
    await operator.button('Keep my edit').click();
    await operator.button('Save changes').click();
    await operator.heading('Quick Mug').waitFor();
    const { body } = await open.seller.get(`/products/${made.product.id}`);
    expect(body).toMatchObject({ title: 'Quick Mug', brand: 'Others' });
  });
});

describe('Stock', () => {
  it('When stock is adjusted, then its level and the ledger show it, with the reason', async () => {
    const { sku } = await product(open.seller, { stock: 4 });
    const { page } = operator;
    await operator.open('/console/stock');
    await operator.field('Search').fill(sku);
    await page.getByRole('link', { name: sku, exact: true }).click();
    await operator.heading(sku).waitFor();
    await operator.button('Adjust stock').click();
    await page.getByText('A whole number that is not 0.').waitFor();
    await operator.field('Change').fill('−3');
    await operator.field('Reason').selectOption('damage');
    await operator.field('Note').fill('Dropped');
    await operator.button('Adjust stock').click();
    const entry = page.getByRole('table', { name: 'Ledger' }).getByRole('row').filter({ hasText: 'Damage' });
    await entry.getByText('Dropped').waitFor();
    expect(await entry.textContent()).toContain('−3');
    await page.getByText('Low', { exact: true }).waitFor();
    // More than there is: the shop's own words, and nothing is changed.
    await operator.field('Change').fill('-50');
    await operator.button('Adjust stock').click();
    await page.getByRole('alert').waitFor();
    expect((await open.seller.get(`/inventory/${sku}`)).body.onHand).toBe(1);
  });
});

describe('Vouchers', () => {
  it('When a voucher is made, then its effect on a cart is seen before, and it is there after', async () => {
    const { sku } = await product(open.seller, { price: 2000 });
    const { page } = operator;
    await operator.open('/console/vouchers');
    await operator.link('New voucher').click();
    await operator.field('Another SKU').fill(sku);
    await operator.button('Add').click();
    const line = page.getByRole('table', { name: 'Sample cart' }).getByRole('row').filter({ hasText: sku });
    await line.getByText('$18.00').waitFor();
    await operator.field('Percent off').fill('25');
    await line.getByText('$15.00').waitFor();
    await line.getByText('−$5.00').waitFor();
    await operator.field('Cart of at least, in USD').fill('100000');
    await page.getByText('The voucher wants a larger cart.').waitFor();
    await operator.field('Cart of at least, in USD').fill('');
    await operator.field('Uses in all').fill('3');
    await operator.button('Create voucher').click();
    await page.getByText('Letters, digits, - and _, at most 40.').waitFor();
    await operator.field('Code').fill('console25');
    await operator.button('Create voucher').click();
    await operator.heading('CONSOLE25').waitFor();
    await page.getByText('25 % off on everything').waitFor();
    await page.getByText('0 of 3').waitFor();
    await operator.button('Stop voucher').click();
    await operator.button('Stop it').click();
    await page.getByText('Stopped', { exact: true }).waitFor();
    expect((await open.seller.get('/vouchers/CONSOLE25')).body).toMatchObject({ value: 2500, active: false });
  });
});

describe('Orders', () => {
  it('When an order is found by its number, then it is shipped, and another one cancelled with a reason', async () => {
    const { sku } = await product(open.seller);
    const kim = await customer(open.shop.url);
    const buy = async () => {
      await kim.add(sku);
      return (await kim.checkout()).body.order as { id: string; number: string };
    };
    const [shipped, cancelled] = [await buy(), await buy()];
    const { page } = operator;
    await operator.open('/console/orders');
    await operator.field('Order number').fill(shipped.number);
    await row(cancelled.number).waitFor({ state: 'detached' });
    await operator.button(`Ship order ${shipped.number}`).click();
    await row(shipped.number).getByText('Shipped').waitFor();
    await operator.open(`/console/orders/${cancelled.id}`);
    await operator.button('Cancel order').click();
    await operator.field('Reason').fill('Asked for it');
    await operator.button('Cancel it').click();
    await page.getByText('Asked for it').first().waitFor();
    expect((await open.seller.get(`/orders/${cancelled.id}`)).body.status).toBe('cancelled');
  });
});

describe('Dead letters', () => {
  it('When an event could not be applied, then it is inspected and sent again', async () => {
    await queryShop(
      open.shop,
      'inventory',
      `select emit(gen_random_uuid(), 'inventory.released', 'nothing', '{"version": "broken"}', now())`,
    );
    await eventually(
      async () => (await open.seller.get('/admin/dead-letters')).body.items,
      (items) => items.length === 1,
      30_000,
    );
    const { page } = operator;
    await operator.open('/console/dead-letters');
    await operator.button('inventory.released').click();
    await page.getByRole('region', { name: 'Payload of inventory.released' }).getByText('"broken"').waitFor();
    await operator.button('Replay inventory.released to order').click();
    await page.getByText('inventory.released was sent to order again').first().waitFor();
    // It is still broken, so it is buried once more.
    await page.getByText('Waits, failed 2 times').waitFor();
  });
});

describe('The race lab', () => {
  it('When a race is run from the page, then orders, refusals and invariants are seen, and each saga can be looked at', async () => {
    const { page } = operator;
    await operator.open('/console/lab');
    // Places on the sliders, whose numbers grow towards their end.
    await operator.field('Buyers').fill('60');
    await operator.field('Units').fill('70');
    await operator.field('Voucher uses').fill('0');
    await operator.button('Start').click();
    const invariants = page.getByRole('list', { name: 'Invariants' }).getByRole('listitem');
    await page
      .getByRole('main')
      .getByText(/^10 buyers went for 6 units: 6 got one each and 4 came too late for a unit\./)
      .waitFor({ timeout: 60_000 });
    expect(await invariants.count()).toBe(5);
    for (const words of await invariants.allTextContents()) expect(words).toContain(': holds');
    await page.getByText('6 of 6').waitFor();
    await page.getByRole('region', { name: 'Sagas: Got an order' }).getByRole('link').first().click();
    await page.getByRole('heading', { name: /^Saga [0-9a-f]{8}$/ }).waitFor();
    await page.getByText('Completed', { exact: true }).waitFor();
  });

  it('When a step is broken, then it shows for how long, and is mended with a click', async () => {
    await operator.open('/console/lab');
    await operator.field('Step').selectOption('Apply vouchers');
    await operator.page.getByText('Slow', { exact: true }).click();
    await operator.button('Break it').click();
    const broken = operator.page.getByRole('list', { name: 'Broken steps' });
    await broken.getByText(/Apply vouchers is slow/).waitFor();
    expect((await open.seller.get('/lab')).body.faults).toMatchObject([{ step: 'applyVouchers', mode: 'slow' }]);
    await operator.button('Mend apply vouchers').click();
    await broken.waitFor({ state: 'detached' });
    expect((await open.seller.get('/lab')).body.faults).toEqual([]);
  });
});

describe('Events', () => {
  it('When something is published while one looks, then it shows up at the top, filtered by topic and key', async () => {
    const { page } = operator;
    await operator.open('/console/events?topic=product');
    const { product: made } = await product(open.seller, { title: 'Told About' });
    await page.getByText(made.id).waitFor();
    await operator.field('Key').fill(made.id);
    await row('product.created').nth(1).waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe(`?topic=product&key=${made.id}`);
    await operator.button('product.created').click();
    await page.getByRole('region', { name: 'Payload of product.created' }).getByText('"Told About"').waitFor();
  });

  it('When the connection is lost, then that is said, and what was shown stays', async () => {
    const { page } = operator;
    await operator.open('/console/events');
    await row('product.created').first().waitFor();
    await page.context().setOffline(true);
    await page.getByText('You are offline', { exact: true }).waitFor();
    await row('product.created').first().waitFor();
    await page.context().setOffline(false);
    await page.getByText('You are offline', { exact: true }).waitFor({ state: 'detached' });
    // Chromium says so of each question that could not be sent.
    expect(operator.faults.splice(0).join()).not.toContain('exception');
  });
});
