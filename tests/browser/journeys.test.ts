import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { eventually, product, stockOf } from '../support/client.ts';
import { layCable } from './cable.ts';
import { openBrowser } from './open-browser.ts';
import {
  addToCart,
  applyVoucher,
  cartOf,
  openCart,
  ordersOf,
  progressOf,
  register,
  setQuantityElsewhere,
} from './shopping.ts';

const open = openBrowser();
const email = () => `${randomUUID()}@example.com`;

/** After the pivot a saga goes on until its last step has worked: so long it can be looked at. */
const hold = (step: string) => open.seller.put('/lab/faults', { step, mode: 'fail', seconds: 300 });
const letGo = (step: string) => open.seller.put('/lab/faults', { step, mode: 'fail', seconds: 0 });

/** Focus follows what is shown, a moment later. */
const patience = { timeout: 10_000 };

describe('Buying', () => {
  it('When a guest finds something, chooses a colour, uses a voucher and checks out, then it is theirs', async () => {
    const kim = await open.visitor();
    await kim.open('/');
    await kim.field('Search').fill('trail mug');
    await kim.page.waitForURL(/search=trail\+mug/);
    await kim.link('Trail Mug').click();
    await kim.heading('Trail Mug').waitFor();
    await kim.page.getByText('Only 2 left').first().waitFor();
    // The address holds the choice: the radio button follows it, a moment after the click.
    await kim.page.getByRole('radio', { name: 'Forest' }).click();
    await kim.page.waitForURL(/sku=TRAIL-MUG-FOR/);
    await kim.page.getByRole('radio', { name: 'Forest', checked: true }).waitFor();
    await kim.field('Quantity').fill('3');
    await kim.button('Add to cart').click();
    await openCart(kim);
    await applyVoucher(kim, 'mug3for2');
    await kim.page.getByText('Takes $14.00 off').waitFor();
    await kim.button('Checkout').click();
    await kim.heading('Order confirmed').waitFor();
    const steps = await progressOf(kim);
    expect(steps.map((step) => step.replace(/ ?[\d.]+ m?s$/, ''))).toEqual([
      'Cart locked Done',
      'Vouchers applied Done',
      'Stock reserved Done',
      'Order created Done',
      'Finished Done',
    ]);
    await kim.link('See the order').click();
    await kim.heading(/^Order \d+$/).waitFor();
    await kim.page.getByText('$28.00', { exact: true }).waitFor();
    expect((await ordersOf(kim)).map(({ status }) => status)).toEqual(['confirmed']);
    expect((await stockOf(open.shop.url, 'TRAIL-MUG-FOR')).onHand).toBe(45);
  });

  it('When a guest registers mid-way, then the cart comes along, and an order can be cancelled later', async () => {
    const { product: made, sku } = await product(open.seller, { stock: 3 });
    const kim = await open.visitor();
    await addToCart(kim, made.id, 2);
    await openCart(kim);
    await kim.link('Register').click();
    await register(kim, email());
    await kim.heading('Your cart').waitFor();
    expect(await kim.page.getByRole('dialog').getByLabel('Quantity').inputValue()).toBe('2');
    await kim.button('Checkout').click();
    await kim.heading('Order confirmed').waitFor();
    await kim.link('Orders').click();
    await kim.page.getByRole('main').getByRole('listitem').getByRole('link').click();
    await kim.button('Cancel order').click();
    await kim.page.getByText('Cancelled', { exact: true }).first().waitFor();
    await eventually(
      () => stockOf(open.shop.url, sku),
      ({ available }) => available === 3,
    );
  });

  it('When somebody signs out and in again, then guest cart and account cart are one', async () => {
    const [one, two] = [await product(open.seller), await product(open.seller)];
    const kim = await open.visitor();
    const address = email();
    await kim.open('/register');
    await register(kim, address);
    await addToCart(kim, one.product.id);
    await kim.button('Sign out').click();
    await kim.link('Sign in').waitFor();
    await addToCart(kim, two.product.id);
    await kim.link('Sign in').click();
    await kim.field('Email').fill(address);
    await kim.field('Password').fill('wrong');
    await kim.button('Sign in').click();
    await kim.page.getByText('E-mail or password is wrong.').waitFor();
    await kim.field('Password').fill('correct horse battery');
    await kim.button('Sign in').click();
    await kim.button('Sign out').waitFor();
    await openCart(kim);
    await kim.page.getByRole('listitem', { name: one.product.title }).waitFor();
    await kim.page.getByRole('listitem', { name: two.product.title }).waitFor();
  });

  it('When a voucher is refused, then its holder is told why, and what is curable can be cured', async () => {
    const { product: made } = await product(open.seller, { price: 3000 });
    const kim = await open.visitor();
    await addToCart(kim, made.id);
    await openCart(kim);
    await applyVoucher(kim, 'nothing');
    await kim.page.getByText('NOTHING is not a voucher of this shop; look at the spelling.').waitFor();
    await applyVoucher(kim, 'MEMBER');
    await kim.page.getByText('MEMBER is for customers with an account').waitFor();
    await kim.button('Checkout').click();
    await kim.heading('Checkout failed').waitFor();
    await kim.button('Order without MEMBER').waitFor();
    expect((await progressOf(kim)).slice(0, 2).map((step) => step.replace(/ ?[\d.]+ m?s$/, ''))).toEqual([
      'Cart unlocked Undone',
      'Vouchers refused Refused',
    ]);
    await kim.button('Order without MEMBER').click();
    await kim.heading('Order confirmed').waitFor();
    expect(await ordersOf(kim)).toHaveLength(1);
  });

  it('When a price changes under the buyer, then nobody pays it unseen', async () => {
    const { product: made } = await product(open.seller, { price: 1000 });
    const kim = await open.visitor();
    await addToCart(kim, made.id);
    const variants = made.variants.map((variant: object) => ({ ...variant, price: { amount: 1200, currency: 'USD' } }));
    await open.seller.patch(`/products/${made.id}`, { variants });
    await eventually(
      () => cartOf(kim),
      ({ items }) => items[0]?.priceChanged === true,
    );
    await openCart(kim);
    await kim.page.getByText('The price changed from $10.00 to $12.00 since you added it.').waitFor();
    await kim.button('Checkout').click();
    await kim.heading('Checkout failed').waitFor();
    await kim.page.getByText(/costs \$12\.00 now; it was \$10\.00/).waitFor();
    await kim.button('Order at the new price').click();
    await kim.heading('Order confirmed').waitFor();
  });

  it('When somebody goes on before a search has begun, then what they typed does not bring them back', async () => {
    const { product: made } = await product(open.seller, { title: 'Quick lamp' });
    const kim = await open.visitor();
    await kim.open('/?search=quick+lamp');
    await kim.link(made.title).waitFor();
    // Both within the pause that a search waits for.
    await kim.page.evaluate(`{
      const field = document.querySelector('input[type=search]');
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, 'quick lamps');
      field.dispatchEvent(new Event('input', { bubbles: true }));
      [...document.querySelectorAll('main a')].find(({ textContent }) => textContent === 'Quick lamp').click();
    }`);
    await kim.button('Add to cart').waitFor();
    await kim.page.waitForTimeout(400);
    expect(new URL(kim.page.url()).pathname).toBe(`/products/${made.id}`);
  });

  it('When it is done with the keyboard alone, then it works, and the focus is where it should be', async () => {
    const { product: made } = await product(open.seller, { title: 'Keyboard lamp' });
    const kim = await open.visitor();
    const { keyboard } = kim.page;
    const focused = () => kim.page.evaluate('document.activeElement?.textContent || document.activeElement?.ariaLabel');
    await kim.open('/');
    await keyboard.press('Tab');
    await expect.poll(focused, patience).toBe('Skip to the content');
    await kim.field('Search').focus();
    await keyboard.type('keyboard lamp');
    await kim.link(made.title).waitFor();
    await kim.page.waitForURL(/search=keyboard/);
    while ((await focused()) !== made.title) await keyboard.press('Tab');
    await keyboard.press('Enter');
    await kim.button('Add to cart').waitFor();
    await expect.poll(focused, patience).toBe(made.title);
    while ((await focused()) !== 'Add to cart') await keyboard.press('Tab');
    await keyboard.press('Enter');
    await kim.page
      .getByText(/ is in your cart\.$/)
      .first()
      .waitFor();
    await expect.poll(focused, patience).toBe('Add to cart');
    await kim.button('Cart').focus();
    await keyboard.press('Enter');
    await kim.heading('Your cart').waitFor();
    await keyboard.press('Escape');
    await kim.heading('Your cart').waitFor({ state: 'detached' });
    await expect.poll(focused, patience).toBe('Cart');
    await keyboard.press('Enter');
    await kim.button('Checkout').waitFor();
    while ((await focused()) !== 'Checkout') await keyboard.press('Tab');
    await keyboard.press('Enter');
    await kim.heading('Order confirmed').waitFor();
    await expect.poll(focused, patience).toBe('Order confirmed');
  });
});

describe('Racing', () => {
  it('When two browsers want the last unit, then one has it, and the other learns what is left', async () => {
    const { product: made, sku } = await product(open.seller, { stock: 1, title: 'Last lamp' });
    const { product: other } = await product(open.seller, { title: 'Other lamp' });
    const buyers = await Promise.all([open.visitor(), open.visitor()]);
    for (const buyer of buyers) {
      await addToCart(buyer, made.id);
      await addToCart(buyer, other.id);
      await openCart(buyer);
    }
    await Promise.all(buyers.map((buyer) => buyer.button('Checkout').click()));
    const outcomes = await Promise.all(
      buyers.map((buyer) => buyer.heading(/^(Order confirmed|Checkout failed)$/).textContent()),
    );
    expect(outcomes.sort()).toEqual(['Checkout failed', 'Order confirmed']);
    const loser = (await buyers[0].heading('Checkout failed').isVisible()) ? buyers[0] : buyers[1];
    await loser.page.getByText('Someone was quicker: Last lamp is sold out.').waitFor();
    await loser.page.getByText('Nothing was ordered or reserved.').waitFor();
    await loser.button('Remove it and order the rest').click();
    await loser.heading('Order confirmed').waitFor();
    expect(await stockOf(open.shop.url, sku)).toMatchObject({ onHand: 0, reserved: 0 });
  });

  it('When there is less than was asked for, then the rollback is shown and one click takes what is left', async () => {
    const { product: made } = await product(open.seller, { stock: 1, title: 'Rare lamp' });
    const kim = await open.visitor();
    await addToCart(kim, made.id, 2);
    await openCart(kim);
    await kim.page.getByRole('dialog').getByText('Only 1 left').waitFor();
    await kim.button('Checkout').click();
    await kim.heading('Checkout failed').waitFor();
    await kim.page.getByText('Rare lamp: only 1 left, and you asked for 2.').waitFor();
    await kim.button('Take 1 instead').waitFor();
    expect((await progressOf(kim)).map((step) => step.replace(/ ?[\d.]+ m?s$/, ''))).toEqual([
      'Cart unlocked Undone',
      'No vouchers Skipped',
      'Not enough stock Refused',
      'Create the order Not reached',
      'Finish Not reached',
    ]);
    await kim.button('Take 1 instead').click();
    await kim.heading('Order confirmed').waitFor();
    expect(await ordersOf(kim)).toHaveLength(1);
  });

  it('When Checkout is pressed twice and the page reloaded in the middle, then it is one checkout and one order', async () => {
    const { product: made, sku } = await product(open.seller, { stock: 9 });
    const kim = await open.visitor();
    await addToCart(kim, made.id);
    await openCart(kim);
    await hold('completeCart');
    await kim.button('Checkout').dblclick();
    await kim.page.getByText('Finishing').waitFor();
    const second = await kim.tab();
    await second.goto(`${open.shop.url}/checkout`);
    await kim.page.reload();
    await kim.page.getByText('Finishing').waitFor();
    await second.getByText('Finishing').waitFor();
    await letGo('completeCart');
    await kim.heading('Order confirmed').waitFor();
    await second.getByRole('heading', { name: 'Order confirmed' }).waitFor();
    expect(await ordersOf(kim)).toHaveLength(1);
    expect((await stockOf(open.shop.url, sku)).onHand).toBe(8);
    await kim.page.reload();
    await kim.heading('Order confirmed').waitFor();
    expect(await progressOf(kim)).toHaveLength(5);
  });

  it('When the connection is lost mid-way, then the page says so and comes back to the same checkout', async () => {
    const { product: made } = await product(open.seller);
    const cable = await layCable(open.shop.url);
    const kim = await open.visitor({}, cable.url);
    await addToCart(kim, made.id);
    await openCart(kim);
    await hold('completeCart');
    await kim.button('Checkout').click();
    await kim.page.getByText('Finishing').waitFor();
    cable.cut();
    await kim.page.getByText('The connection was lost').waitFor();
    await letGo('completeCart');
    cable.mend();
    await kim.heading('Order confirmed').waitFor();
    expect(await ordersOf(kim)).toHaveLength(1);
    // What a browser says of connections that broke is what was meant to happen.
    kim.faults.splice(0);
    cable.close();
  });

  it('When another tab has changed a line, then the edit is taken back and can be kept', async () => {
    const { product: made, sku } = await product(open.seller);
    const kim = await open.visitor();
    await addToCart(kim, made.id);
    await openCart(kim);
    const line = kim.page.getByRole('listitem', { name: made.title });
    await line.getByLabel('Quantity').waitFor();
    await setQuantityElsewhere(kim, sku, 5);
    await kim.button(`One more: ${made.title}`).click();
    await kim.page.getByText('Your cart was changed somewhere else').waitFor();
    expect(await line.getByLabel('Quantity').inputValue()).toBe('5');
    await kim.button('Set it to 2 anyway').click();
    await kim.page.getByRole('dialog').getByText('$20.00').first().waitFor();
    expect(await line.getByLabel('Quantity').inputValue()).toBe('2');
  });
});
