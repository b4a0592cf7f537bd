import type { Response } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { product } from '../support/client.ts';
import { axeFaults } from './axe.ts';
import { openBrowser } from './open-browser.ts';
import { operatorOf } from './operator.ts';
import { countShifts, shiftsOf } from './shifts.ts';
import { addToCart, openCart, ordersOf, register } from './shopping.ts';
import type { Visitor } from './visitor.ts';

const open = openBrowser();

const settled = async (visitor: Visitor) => {
  await visitor.page.waitForFunction(`!document.querySelector('main [aria-hidden="true"][style*="block-size"]')`);
};

/** Every page in a state that shows most of it; `look` is a heading or word that is there then. */
const pages: [name: string, path: string, word: string][] = [
  ['the catalogue', '/', 'In stock'],
  ['a search without results', '/?search=zebra', 'Nothing matches'],
  ['an address where nothing is', '/nowhere', 'Nothing is here'],
  ['sign in', '/sign-in', 'New here?'],
  ['register', '/register', 'You have an account?'],
  ['orders without any', '/orders', 'Nothing ordered yet'],
  ['no checkout', '/checkout', 'No checkout is under way'],
];

describe('Who uses a screen reader or needs contrast', () => {
  it('When any page is looked at, light and dark, then axe-core finds nothing', async () => {
    const kim = await open.visitor({ reducedMotion: 'reduce' });
    const found: string[] = [];
    const check = async (name: string) =>
      found.push(...(await axeFaults(kim.page)).map((fault) => `${name}: ${fault}`));
    for (const [name, path, word] of pages) {
      await kim.open(path);
      await kim.page.getByText(word).first().waitFor();
      await settled(kim);
      await check(name);
    }
    const { product: made } = await product(open.seller, { stock: 1, title: 'A'.repeat(120), price: 5000 });
    await addToCart(kim, made.id, 2);
    await check('a product');
    await openCart(kim);
    await kim.field('Voucher code').fill('nothing');
    await kim.button('Apply voucher').click();
    await kim.page.getByText('NOTHING is not a voucher').waitFor();
    await check('the cart');
    await kim.button('Checkout').click();
    await kim.button('Take 1 instead').waitFor();
    await check('a failed checkout');
    await kim.button('Take 1 instead').click();
    await kim.link('See the order').waitFor();
    await check('a confirmed order');
    await kim.link('See the order').click();
    await kim.button('Cancel order').waitFor();
    await check('an order');
    await kim.link('Orders').click();
    await kim.heading('Orders').waitFor();
    await check('orders');
    expect(found).toEqual([]);
  });
});

describe('Whatever the screen', () => {
  it('When it is 360 or 1600 pixels wide, then nothing sticks out, long words and many variants neither', async () => {
    const { product: made } = await product(open.seller, {
      title: 'W'.repeat(120),
      variants: Array.from({ length: 400 }, (_, n) => ({
        sku: `LONG-${n}`,
        price: { amount: 100_000_000, currency: 'USD' },
        options: { Colour: `Colour number ${n} of a great many`, Size: n % 2 ? 'large' : 'small' },
        initialStock: 9,
      })),
    });
    const kim = await open.visitor();
    const faults: string[] = [];
    const measure = async (name: string, dir = 'ltr') => {
      for (const width of [1600, 360]) {
        await kim.page.setViewportSize({ width, height: 800 });
        const left = `document.documentElement.dir = '${dir}', document.documentElement.scrollWidth - document.documentElement.clientWidth`;
        const over = Number(await kim.page.evaluate(left));
        if (over !== 0) faults.push(`${name}: ${over} pixels too wide at ${width}, ${dir}`);
      }
    };
    for (const [name, path] of pages) {
      await kim.open(path);
      await measure(name);
    }
    await addToCart(kim, made.id, 999);
    await measure('a product');
    await measure('a product', 'rtl');
    await measure('a product');
    await openCart(kim);
    await kim.page.getByRole('dialog').getByText('$999,000,000.00').first().waitFor();
    const { width, x } = (await kim.page.getByRole('dialog').boundingBox()) ?? { width: 0, x: 0 };
    expect([x >= 0, x + width <= 360]).toEqual([true, true]);
    expect(faults).toEqual([]);
  });

  it('When a page loads slowly, then what comes in moves nothing that is there', async () => {
    const kim = await open.visitor();
    await countShifts(kim);
    const { product: made } = await product(open.seller);
    const shifts: [string, number][] = [];
    for (const [name, path] of [
      ['catalogue', '/'],
      ['product', `/products/${made.id}`],
      ['orders', '/orders'],
    ] as const) {
      await kim.open(path);
      await kim.page.waitForLoadState('networkidle');
      shifts.push([name, await shiftsOf(kim)]);
    }
    expect(shifts.filter(([, value]) => value > 0.05)).toEqual([]);
  });
});

describe('When a part is missing', () => {
  it('When the stock can not be told, then the page says so and shows the rest', async () => {
    const kim = await open.visitor();
    await kim.page.route('**/api/v1/inventory?**', (route) => route.abort());
    await kim.open('/');
    await kim.link('Olive Tree').waitFor();
    await kim.page.getByText('How much is in stock can’t be told right now.').waitFor();
    await kim.page.unroute('**/api/v1/inventory?**');
    await kim.page.getByText('In stock').first().waitFor();
    // That the browser tells of the requests which were broken off is what was asked for.
    kim.faults.splice(0);
  });

  it('When there is no network, then a line says so until there is one', async () => {
    const kim = await open.visitor();
    await kim.open('/orders');
    await kim.page.context().setOffline(true);
    await kim.page.getByText('You are offline.').waitFor();
    await kim.page.context().setOffline(false);
    await kim.page.getByText('You are offline.').waitFor({ state: 'detached' });
    kim.faults.splice(0);
  });

  it('When the sign-in has ended elsewhere, then the page says so, and leads back in', async () => {
    const kim = await open.visitor();
    await kim.open('/register');
    await register(kim, `ended-${Date.now()}@example.com`);
    await kim.page.evaluate(`(async () => {
      const { tokens: { refreshToken }, user } = JSON.parse(localStorage.getItem('shop.session'));
      await fetch('/api/v1/auth/logout', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ refreshToken }) });
      localStorage.setItem('shop.session', JSON.stringify({ tokens: { accessToken: 'old', refreshToken, expiresAt: 0 }, user }));
    })()`);
    await kim.link('Orders').click();
    await kim.page.getByText('You have been signed out. Your cart and orders are kept.').first().waitFor();
    await kim.button('Sign in again').click();
    await kim.heading('Sign in').waitFor();
    expect(new URL(kim.page.url()).searchParams.get('back')).toBe('/orders');
  });
});

describe('The budget', () => {
  const bytesOf = async (responses: readonly Response[]): Promise<number> => {
    const sizes = responses.map(async (response) => (await response.request().sizes()).responseBodySize);
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  };
  const pathOf = (response: Response) => new URL(response.url()).pathname;

  it('When the catalogue is opened for the first time, then it needs less than 120 kB of script, and not the console', async () => {
    const kim = await open.visitor();
    const scripts: Response[] = [];
    kim.page.on('response', (response) => {
      if (response.request().resourceType() === 'script') scripts.push(response);
    });
    await kim.open('/');
    await kim.page.getByText('In stock').first().waitFor();
    await kim.page.waitForLoadState('networkidle');
    // What the page itself names is what it waits for; the cart comes when nothing else is to be done.
    const html = await (await fetch(open.shop.url)).text();
    const needed = scripts.filter((response) => html.includes(pathOf(response)));
    const [first, all] = [await bytesOf(needed), await bytesOf(scripts)];
    expect(needed.length).toBeGreaterThan(1);
    expect([first < 120_000, all < 160_000], `${first} bytes at first, ${all} in all`).toEqual([true, true]);
    expect(scripts.map(pathOf).filter((path) => /console/i.test(path))).toEqual([]);
  });

  /** From the address to what `isThere` waits for, with an empty cache; the best of three. */
  const quickest = async (path: string, isThere: (visitor: Visitor) => Promise<void>): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const kim = await open.visitor();
      const began = performance.now();
      await kim.page.goto(open.shop.url + path, { waitUntil: 'commit' });
      await isThere(kim);
      times.push(performance.now() - began);
      await kim.close();
    }
    return Math.min(...times);
  };

  it('When the catalogue is opened, then it can be used within a second, or as much later as the machine is busy', async () => {
    const drawing = await quickest('/favicon.svg', (kim) => kim.page.locator('svg').waitFor());
    const catalogue = await quickest('/', async (kim) => {
      await kim.page.getByRole('main').getByRole('listitem').first().waitFor();
      await kim.field('Search').fill('mug');
    });
    // Where one drawing takes 40 ms, a second is what the catalogue has.
    const allowed = Math.max(1_000, 25 * drawing);
    expect(catalogue, `${catalogue} ms, where a drawing takes ${drawing} ms`).toBeLessThan(allowed);
  });
});

describe('The policy', () => {
  it('When a script tries to reach another place, then the page does not let it', async () => {
    const kim = await open.visitor();
    await kim.open('/');
    const tries = await kim.page.evaluate(`Promise.all([
      fetch('https://elsewhere.example/').then(() => 'fetched', () => 'refused'),
      new Promise((resolve) => { const image = new Image(); image.onload = () => resolve('loaded'); image.onerror = () => resolve('refused'); image.src = 'https://elsewhere.example/a.png'; }),
      new Promise((resolve) => { const script = document.createElement('script'); script.textContent = 'window.ran = true'; document.head.append(script); resolve(window.ran ? 'ran' : 'refused'); }),
    ])`);
    expect(tries).toEqual(['refused', 'refused', 'refused']);
    // Nothing was sent; that the policy says so in the console is what was asked for.
    const sent = kim.faults.filter((fault) => fault.startsWith('request'));
    kim.faults.splice(0);
    expect(sent).toEqual([]);
  });

  it('When words are HTML, then they are read and not run, wherever they are shown', async () => {
    const evil = `<img src=x onerror="document.title='run'"><script>document.title='run'</script>`;
    const { product: made } = await product(open.seller, {
      title: evil,
      description: evil,
      brand: evil,
      category: evil,
      attributes: { [evil]: evil },
    });
    const lea = await open.visitor();
    await lea.open('/register');
    await register(lea, `evil-${Date.now()}@example.com`, evil);
    await addToCart(lea, made.id);
    await lea.heading(evil).waitFor();
    await openCart(lea);
    await lea.field('Voucher code').fill(evil.slice(0, 40));
    await lea.button('Apply voucher').click();
    await lea.page.getByRole('alert').first().waitFor();
    await lea.button('Checkout').click();
    await lea.heading('Order confirmed').waitFor();
    const [order] = await ordersOf(lea);
    const operator = await operatorOf(open);
    for (const view of [`/orders/${order?.id}`, `/products/${made.id}`, '/events?topic=product']) {
      await operator.open(`/console${view}`);
      await operator.page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
      expect(await operator.page.title()).not.toBe('run');
    }
    for (const { page } of [lea, operator]) expect(await page.locator('[onerror], main script').count()).toBe(0);
  });

  it('When a tab signs out or in, then the other tabs know', async () => {
    const kim = await open.visitor();
    await kim.open('/register');
    await register(kim, `tabs-${Date.now()}@example.com`);
    const other = await kim.tab();
    await other.goto(open.shop.url);
    await other.getByRole('button', { name: 'Sign out' }).click();
    await kim.link('Sign in').waitFor();
  });
});
