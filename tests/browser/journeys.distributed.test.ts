import { describe, expect, it } from 'vitest';
import { product, stockOf } from '../support/client.ts';
import { openBrowser } from './open-browser.ts';
import { operatorOf } from './operator.ts';
import { parkSaga } from './parked.ts';
import { addToCart, openCart, ordersOf, progressOf } from './shopping.ts';

/** The shop as many processes behind one door: two replicas drive sagas, and take turns in answering the pages. */
const open = openBrowser({ SEED: 'off' }, { order: 2 });

const hold = (seconds: number) => open.seller.put('/lab/faults', { step: 'completeCart', mode: 'fail', seconds });
const withoutTimes = (steps: string[]) => steps.map((step) => step.replace(/ ?[\d.]+ m?s$/, ''));

describe('Buying where each service is a process of its own', () => {
  it('When a guest finds something and checks out, then the five steps are seen, and it is theirs', async () => {
    const { product: made, sku } = await product(open.seller, { stock: 5, title: 'Far lamp' });
    const kim = await open.visitor();
    await kim.open('/?search=far+lamp');
    await kim.link(made.title).click();
    await kim.button('Add to cart').click();
    await kim.page
      .getByText(/ in your cart\.$/)
      .first()
      .waitFor();
    await openCart(kim);
    await kim.button('Checkout').click();
    await kim.heading('Order confirmed').waitFor();
    expect(withoutTimes(await progressOf(kim))).toEqual([
      'Cart locked Done',
      'No vouchers Skipped',
      'Stock reserved Done',
      'Order created Done',
      'Finished Done',
    ]);
    await kim.link('See the order').click();
    await kim.heading(/^Order \d+$/).waitFor();
    expect(await stockOf(open.shop.url, sku)).toMatchObject({ available: 4 });
  });

  it('When there is less than was asked for, then the rollback is shown and one click takes what is left', async () => {
    const { product: made } = await product(open.seller, { stock: 1, title: 'Rare lamp' });
    const kim = await open.visitor();
    await addToCart(kim, made.id, 2);
    await openCart(kim);
    await kim.button('Checkout').click();
    await kim.heading('Checkout failed').waitFor();
    await kim.page.getByText('Rare lamp: only 1 left, and you asked for 2.').waitFor();
    await kim.page.getByText('Nothing was ordered or reserved.').waitFor();
    expect(withoutTimes(await progressOf(kim)).slice(0, 3)).toEqual([
      'Cart unlocked Undone',
      'No vouchers Skipped',
      'Not enough stock Refused',
    ]);
    await kim.button('Take 1 instead').click();
    await kim.heading('Order confirmed').waitFor();
    expect(await ordersOf(kim)).toHaveLength(1);
  });

  it('When the page is reloaded in the middle, then it comes back to the same checkout', async () => {
    const { product: made, sku } = await product(open.seller, { stock: 9 });
    const kim = await open.visitor();
    await addToCart(kim, made.id);
    await openCart(kim);
    await hold(60);
    await kim.button('Checkout').dblclick();
    await kim.page.getByText('Finishing').waitFor();
    await kim.page.reload();
    await kim.page.getByText('Finishing').waitFor();
    await hold(0);
    await kim.heading('Order confirmed').waitFor();
    expect(await ordersOf(kim)).toHaveLength(1);
    expect(await stockOf(open.shop.url, sku)).toMatchObject({ available: 8 });
  });
});

describe('Operating it', () => {
  it('When a saga is parked, then an operator finds it and retries it, and it completes', async () => {
    const { sku } = await product(open.seller, { stock: 5 });
    const id = await parkSaga(open, sku);
    const operator = await operatorOf(open);
    await operator.open('/console/sagas?status=parked');
    await operator.link(id.slice(-8)).click();
    await operator.page.getByText('Parked: it waits for you').waitFor();
    await operator.button('Retry').click();
    await operator.page.getByText('Completed', { exact: true }).waitFor();
    await operator.page.getByRole('button', { name: 'Show order.created' }).waitFor();
  });

  it('When a race is run, then whichever replica answers shows it, from its start to its end', async () => {
    const operator = await operatorOf(open);
    await operator.open('/console/lab');
    await operator.field('Buyers').fill('60');
    await operator.field('Units').fill('70');
    await operator.field('Voucher uses').fill('0');
    await operator.button('Start').click();
    await operator.page
      .getByRole('main')
      .getByText(/^10 buyers went for 6 units: 6 got one each and 4 came too late for a unit\./)
      .waitFor({ timeout: 60_000 });
    const invariants = operator.page.getByRole('list', { name: 'Invariants' }).getByRole('listitem');
    for (const words of await invariants.allTextContents()) expect(words).toContain(': holds');
    // Several times, so that each of the two has answered.
    const { id } = (await open.seller.get('/lab')).body.runs[0];
    for (let turn = 0; turn < 8; turn += 1)
      expect((await open.seller.get(`/lab/runs/${id}`)).body).toMatchObject({ status: 'finished', orders: 6 });
  });
});
