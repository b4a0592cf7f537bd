import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { type OpenShop, openShop } from '../support/open-shop.ts';
import { launchChromium } from './chromium.ts';
import { type Visitor, visit } from './visitor.ts';

export interface OpenBrowser extends OpenShop {
  browser: Browser;
  /** Somebody new; after the test they go, and nothing must have gone wrong in their browser. */
  visitor(options?: BrowserContextOptions, url?: string): Promise<Visitor>;
}

/** Opens a shop with its sample catalogue, and a Chromium, for this file's tests. */
export const openBrowser = (
  env: Record<string, string> = {},
  replicas?: Parameters<typeof openShop>[1],
): OpenBrowser => {
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
  const open = openShop({ SEED: 'on', ...env }, replicas) as OpenBrowser;
  const visitors: Visitor[] = [];
  open.visitor = async (options, url = open.shop.url) => {
    const visitor = await visit(open.browser, url, options);
    visitors.push(visitor);
    return visitor;
  };
  beforeAll(async () => {
    open.browser = await launchChromium();
  });
  afterEach(async () => {
    const left = visitors.splice(0);
    const faults = left.flatMap((visitor) => visitor.faults);
    await Promise.all(left.map((visitor) => visitor.close()));
    expect(faults).toEqual([]);
  });
  afterAll(() => open.browser?.close());
  return open;
};
