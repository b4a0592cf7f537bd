import { afterAll, beforeAll } from 'vitest';
import { admin, type Client } from './client.ts';
import type { StartOptions } from './forms.ts';
import { removeFolder, type Shop, startShop } from './shop.ts';

/** A running shop and its administrator, for the tests of one file; filled in before the first of them. */
export interface OpenShop {
  shop: Shop;
  seller: Client;
}

/** Opens a shop of its own for this file's tests, and ends it after them. */
export const openShop = (env?: Record<string, string>, replicas?: StartOptions['replicas']): OpenShop => {
  const open = {} as OpenShop;
  beforeAll(async () => {
    open.shop = await startShop({ env, replicas });
    open.seller = await admin(open.shop.url);
  });
  afterAll(async () => {
    await open.shop?.stop();
    if (open.shop) removeFolder(open.shop.dataDir);
  });
  return open;
};
