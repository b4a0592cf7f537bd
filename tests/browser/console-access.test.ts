import { describe, expect, it } from 'vitest';
import { customer, product } from '../support/client.ts';
import { axeFaults } from './axe.ts';
import { openBrowser } from './open-browser.ts';
import { operatorOf } from './operator.ts';
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
  '/nowhere',
];

describe('The console, for everybody', () => {
  it('When axe looks at each view, light and dark, and it is 360 pixels wide, then axe finds no fault, and it fits', async () => {
    const views = viewsOf(await trade());
    const operator = await operatorOf(open);
    const faults: string[] = [];
    for (const view of views) {
      await operator.page.setViewportSize({ width: 1280, height: 900 });
      await operator.open(`/console${view}`);
      await settled(operator);
      for (const colorScheme of ['light', 'dark'] as const) {
        await operator.page.emulateMedia({ colorScheme });
        for (const fault of await axeFaults(operator.page)) faults.push(`${view}, ${colorScheme}: ${fault}`);
      }
      await operator.page.setViewportSize({ width: 360, height: 740 });
      const width = Number(await operator.page.evaluate('document.documentElement.scrollWidth'));
      if (width > 360) faults.push(`${view}: ${width} pixels wide`);
    }
    expect(faults).toEqual([]);
  });

  it('When the lab is off, then its page says so', async () => {
    const operator = await operatorOf(open);
    await operator.page.route('**/api/v1/lab', (route) => route.fallback({ url: `${open.shop.url}/api/v1/nowhere` }));
    await operator.open('/console/lab');
    await operator.heading('The race lab is off').waitFor();
  });
});
