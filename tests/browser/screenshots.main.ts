import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { admin, product } from '../support/client.ts';
import { removeFolder, startShop } from '../support/shop.ts';
import { launchChromium } from './chromium.ts';
import { consoleShots } from './console-shots.ts';
import type { Shot } from './shot.ts';
import { type Visitor, visit } from './visitor.ts';

/**
 * Takes a picture of every page, light and dark, wide and narrow, into web/screenshots: `npm run screenshots -- [names]`.
 * With `--readme` it also makes those that the README shows, into docs/pictures.
 */
const root = join(import.meta.dirname, '../..');
const folder = join(root, 'web/screenshots');
const isForReadme = process.argv.includes('--readme');
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'));

/** What the README shows. */
const readme = new Set([
  'catalogue-wide-light',
  'checkout-failed-wide-light',
  'console-overview-wide-light',
  'console-saga-rolled-back-wide-light',
  'console-race-lab-wide-dark',
]);

const looks = [
  { name: 'wide-light', width: 1280, height: 860, colorScheme: 'light' },
  { name: 'wide-dark', width: 1280, height: 860, colorScheme: 'dark' },
  { name: 'narrow-light', width: 375, height: 780, colorScheme: 'light' },
  { name: 'narrow-dark', width: 375, height: 780, colorScheme: 'dark' },
] as const;

const shop = await startShop({ env: { SEED: 'on' } });
const browser = await launchChromium();

/** What is to be seen has come, and stands still. */
const settle = async ({ page }: Visitor) => {
  // A live view asks again and again: then what has come within two seconds is enough.
  await page.waitForLoadState('networkidle', { timeout: 2_000 }).catch(() => undefined);
  await page.waitForTimeout(350);
};

const heightOf = async ({ page }: Visitor, least: number): Promise<number> =>
  Math.max(least, Number(await page.evaluate('document.documentElement.scrollHeight')));

const findProduct = async (visitor: Visitor, title: string) => {
  await visitor.open(`/?search=${encodeURIComponent(title)}`);
  await visitor.link(title).click();
  await visitor.button('Add to cart').waitFor();
};

const putInCart = async (visitor: Visitor, title: string, variant: string | undefined, quantity: number) => {
  await findProduct(visitor, title);
  if (variant) await visitor.page.getByText(variant, { exact: true }).click();
  await visitor.field('Quantity').fill(String(quantity));
  await visitor.field('Quantity').blur();
  await visitor.button('Add to cart').click();
  await visitor.page
    .getByText(/in your cart\.$/)
    .first()
    .waitFor();
};

const openCart = async (visitor: Visitor) => {
  await visitor.button('Cart').click();
  await visitor.heading('Your cart').waitFor();
};

const email = (look: string) => `kim-${look}@example.com`;

const register = async (visitor: Visitor, look: string) => {
  await visitor.open('/register');
  await visitor.field('Name').fill('Kim Lindqvist');
  await visitor.field('Email').fill(email(look));
  await visitor.field('Password').fill('correct horse battery');
  await visitor.button('Register').click();
  await visitor.button('Sign out').waitFor();
};

/** Each with a visitor of its own, in whatever state the one before has left the shop. */
const shots: Record<string, Shot> = {
  ...consoleShots(shop),
  async catalogue(visitor, take) {
    await visitor.open('/');
    await take('catalogue');
    await visitor.open('/?search=zebra');
    await take('nothing-found');
  },
  async product(visitor, take) {
    await findProduct(visitor, 'Everyday Saucepan');
    await take('product', true);
  },
  async cart(visitor, take) {
    await putInCart(visitor, 'Trail Mug', 'Forest', 3);
    await putInCart(visitor, 'Everyday Saucepan', undefined, 1);
    await openCart(visitor);
    await visitor.field('Voucher code').fill('MUG3FOR2');
    await visitor.button('Apply voucher').click();
    await visitor.button('Remove voucher MUG3FOR2').waitFor();
    await visitor.field('Voucher code').fill('SUMMER');
    await visitor.button('Apply voucher').click();
    await visitor.page.getByText(/SUMMER is not/).waitFor();
    await take('cart');
    await visitor.page.keyboard.press('Escape');
  },
  async checkout(visitor, take, look) {
    const seller = await admin(shop.url);
    await register(visitor, look);
    await putInCart(visitor, 'Trail Mug', 'Forest', 2);
    await openCart(visitor);
    // The step does not work until the picture is taken; the saga tries again and again.
    await seller.put('/lab/faults', { step: 'reserveInventory', mode: 'fail', seconds: 60 });
    await visitor.button('Checkout').click();
    await visitor.page.getByText('Reserving stock').waitFor();
    await visitor.page.screenshot({ path: join(folder, `checkout-running-${look}.png`) });
    await seller.put('/lab/faults', { step: 'reserveInventory', mode: 'fail', seconds: 0 });
    await visitor.heading('Order confirmed').waitFor();
    await take('order-confirmed');
    await visitor.link('See the order').click();
    await visitor.button('Cancel order').waitFor();
    await take('order', true);
    await visitor.link('Orders').click();
    await visitor.heading('Orders').waitFor();
    await take('orders');
  },
  async refused(visitor, take) {
    const seller = await admin(shop.url);
    const { product: made } = await product(seller, {
      stock: 1,
      price: 1400,
      title: 'Trail Mug, last of its kind',
      category: 'Kitchen',
      images: [{ url: '/pictures/mug.svg?tint=coral', alt: '' }],
    });
    await visitor.open(`/products/${made.id}`);
    await visitor.field('Quantity').fill('2');
    await visitor.button('Add to cart').click();
    await visitor.page
      .getByText(/in your cart\.$/)
      .first()
      .waitFor();
    await putInCart(visitor, 'Trail Mug', 'Forest', 1);
    await openCart(visitor);
    await visitor.button('Checkout').click();
    await visitor.button('Take 1 instead').waitFor();
    await take('checkout-failed');
    await seller.del(`/products/${made.id}`);
  },
  async account(visitor, take) {
    await visitor.open('/sign-in');
    await visitor.field('Email').fill('kim@example.com');
    await visitor.field('Password').fill('wrong horse');
    await visitor.button('Sign in').click();
    await visitor.page.getByText('E-mail or password is wrong.').waitFor();
    await take('sign-in');
    await visitor.open('/orders');
    await take('no-orders');
  },
};

try {
  if (wanted.length === 0) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { name: look, width, height, colorScheme } of looks) {
    for (const [name, shoot] of Object.entries(shots)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      const visitor = await visit(browser, shop.url, {
        viewport: { width, height },
        colorScheme,
        reducedMotion: 'reduce',
      });
      const take = async (what: string, fullPage = false) => {
        await settle(visitor);
        // In a window as high as the page: what sticks to its edges is drawn where it would be seen.
        if (fullPage) await visitor.page.setViewportSize({ width, height: await heightOf(visitor, height) });
        const name = `${what}-${look}`;
        await visitor.page.screenshot({ path: join(folder, `${name}.png`) });
        if (isForReadme && readme.has(name))
          await visitor.page.screenshot({ path: join(root, `docs/pictures/${name}.webp`), type: 'webp', quality: 82 });
        if (fullPage) await visitor.page.setViewportSize({ width, height });
      };
      await shoot(visitor, take, look).catch((error) => console.error(`${name}, ${look}: ${error.message}`));
      if (visitor.faults.length > 0) console.error(`${name}, ${look}:`, visitor.faults);
      await visitor.close();
    }
    console.log(`screenshots: ${look} is done.`);
  }
} finally {
  await browser.close();
  await shop.stop();
  removeFolder(shop.dataDir);
}
