import type { Browser, BrowserContextOptions, Locator, Page, Request } from 'playwright-core';

/** Somebody with a browser of their own, and what went wrong in it. */
export interface Visitor {
  page: Page;
  /** Errors and warnings of the console, exceptions, requests to anywhere else: none of it may be. */
  faults: string[];
  /** Opens a page of the shop and waits until its heading is there. */
  open(path: string): Promise<void>;
  button(name: string): Locator;
  link(name: string): Locator;
  heading(name: string | RegExp): Locator;
  field(name: string): Locator;
  /** Another tab of the same browser. */
  tab(): Promise<Page>;
  close(): Promise<void>;
}

/** Chromium says so of every answer that is a refusal, or asks for patience; the pages' own words are what counts. */
const isRefusal = (text: string): boolean =>
  /^Failed to load resource: the server responded with a status of (4|503)/.test(text);

/** A new browser context at the shop of `url`, which notes all that must not be. */
export const visit = async (browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visitor> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US', ...options });
  // A machine that does much else at the same time is slow, not wrong.
  context.setDefaultTimeout(30_000);
  const faults: string[] = [];
  context.on('page', (page) => {
    page.on('console', (message) => {
      const isFault = ['error', 'warning'].includes(message.type()) && !isRefusal(message.text());
      if (isFault) faults.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => faults.push(`exception: ${error.stack ?? error.message}`));
    // What the page's policy has stopped was never sent.
    const isSent = (request: Request) => request.failure()?.errorText !== 'csp';
    const note = (request: Request) => {
      if (!request.url().startsWith(`${url}/`) && isSent(request)) faults.push(`request: ${request.url()}`);
    };
    page.on('requestfinished', note);
    page.on('requestfailed', note);
  });
  const page = await context.newPage();
  return {
    page,
    faults,
    async open(path) {
      await page.goto(url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
    button: (name) => page.getByRole('button', { name, exact: true }),
    link: (name) => page.getByRole('link', { name, exact: true }),
    heading: (name) => page.getByRole('heading', { name, exact: true }),
    field: (name) => page.getByLabel(name, { exact: true }),
    tab: () => context.newPage(),
    close: () => context.close(),
  };
};
