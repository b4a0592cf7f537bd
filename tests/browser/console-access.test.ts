import { describe, expect, it } from 'vitest';
import { customer, product } from '../support/client.ts';
import { axeFaults } from './axe.ts';
import { openBrowser } from './open-browser.ts';
import { operatorOf } from './operator.ts';
import { countShifts, shiftsOf } from './shifts.ts';
import type { Visitor } from './visitor.ts';

const open = openBrowser();

/** A sale and a refusal, so that no view is empty. */
const trade = async () => {
  const { sku, product: made } = await product(open.seller, { stock: 1, title: 'Last Lamp' });
  const [kim, lea] = [await customer(open.shop.url), await customer(open.shop.url)];
  await kim.add(sku);
  await lea.add(sku);
  const { orderId, id } = (await kim.checkout()).body;
  const { checkoutId } = (await lea.checkout()).body;
  return { sku, productId: made.id, orderId, completed: id, compensated: checkoutId };
};

/** A sale of something whose name is one long word, which costs a fortune and comes in as many ways as there can be. */
const tradeInLongWords = async () => {
  const variants = Array.from({ length: 400 }, (_, n) => ({
    sku: `LONG-${'X'.repeat(40)}-${n}`,
    price: { amount: 100_000_000, currency: 'USD' },
    options: { Colour: `Colour ${n} of a great many` },
    initialStock: 1,
  }));
  const { product: made } = await product(open.seller, { title: 'W'.repeat(120), variants });
  const sku = made.variants[0].sku;
  const kim = await customer(open.shop.url);
  await kim.add(sku);
  const { orderId } = (await kim.checkout()).body;
  return { sku, productId: made.id, orderId };
};

/** As a link does, which loads no page anew; waits for the heading of the view, no two of which have the same. */
const turnTo = async ({ page }: Visitor, path: string) => {
  const heading = () => page.evaluate('document.querySelector("h1")?.textContent');
  const before = await heading();
  const turn = `history.pushState(null, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`;
  await page.evaluate(turn);
  await expect.poll(heading, { timeout: 30_000 }).not.toSatisfy((now) => now === undefined || now === before);
};

const settled = async ({ page }: Visitor) => {
  await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
  await page.getByText(/^Loading /).waitFor({ state: 'detached' });
};

const viewsOf = ({ sku, productId, orderId, completed, compensated }: Awaited<ReturnType<typeof trade>>): string[] => [
  '',
  '/sagas',
  `/sagas/${completed}`,
  `/sagas/${compensated}`,
  '/orders',
  `/orders/${orderId}`,
  '/products',
  '/products/new',
  `/products/${productId}`,
  '/products/import',
  '/stock',
  `/stock/${sku}`,
  '/vouchers',
  '/vouchers/new',
  '/vouchers/WELCOME10',
  '/events',
  '/dead-letters',
  '/lab',
];

/** How much sticks out of the window, in whatever width and direction. */
const tooWide = async ({ page }: Visitor, view: string): Promise<string[]> => {
  const found: string[] = [];
  for (const [width, dir] of [
    [1600, 'ltr'],
    [1280, 'ltr'],
    [360, 'rtl'],
    [360, 'ltr'],
  ] as const) {
    await page.setViewportSize({ width, height: 740 });
    const measure = `document.documentElement.dir = '${dir}', document.documentElement.scrollWidth - innerWidth`;
    const over = Number(await page.evaluate(measure));
    if (over > 0) found.push(`${view}: ${over} pixels too wide at ${width}, ${dir}`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  return found;
};

describe('The console, for everybody', () => {
  it('When axe looks at each view, light and dark, then it finds no fault, and whatever the width, the view fits', async () => {
    const views = viewsOf(await trade());
    const operator = await operatorOf(open);
    const faults: string[] = [];
    await operator.open('/console/nowhere');
    for (const view of views) {
      await turnTo(operator, `/console${view}`);
      await settled(operator);
      for (const fault of await axeFaults(operator.page)) faults.push(`${view}, ${fault}`);
      faults.push(...(await tooWide(operator, view)));
    }
    expect(faults).toEqual([]);
  });

  it('When names are long, amounts large and variants many, then the views fit all the same', async () => {
    const { sku, productId, orderId } = await tradeInLongWords();
    const operator = await operatorOf(open);
    const faults: string[] = [];
    await operator.open('/console/nowhere');
    for (const view of [
      '/orders',
      `/orders/${orderId}`,
      '/products',
      `/products/${productId}`,
      '/stock',
      `/stock/${sku}`,
    ]) {
      await turnTo(operator, `/console${view}`);
      await settled(operator);
      faults.push(...(await tooWide(operator, view)));
    }
    expect(faults).toEqual([]);
  });

  it('When a view is loaded, then what comes in moves nothing that is there', async () => {
    const operator = await operatorOf(open);
    await countShifts(operator);
    const shifts: [string, number][] = [];
    for (const view of ['', '/sagas', '/products', '/stock', '/events', '/lab']) {
      await operator.open(`/console${view}`);
      await settled(operator);
      shifts.push([view, await shiftsOf(operator)]);
    }
    expect(shifts.filter(([, value]) => value > 0.05)).toEqual([]);
  });

  it('When the lab is off, then its page says so', async () => {
    const operator = await operatorOf(open);
    await operator.page.route('**/api/v1/lab', (route) => route.fallback({ url: `${open.shop.url}/api/v1/nowhere` }));
    await operator.open('/console/lab');
    await operator.heading('The race lab is off').waitFor();
  });
});
