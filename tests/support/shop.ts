import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedShop } from './embedded-shop.ts';
import type { Shop, StartOptions } from './forms.ts';

export type { Shop } from './forms.ts';

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'shop-'));
export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** Whether the tests are about the distributed form: `npm run test:distributed` says so. */
export const isDistributed = process.env.SHOP_FORM === 'distributed';

/**
 * Starts a shop of its own on a free port, in the form that these tests are about; rejects with what it printed when it
 * does not come to serve.
 */
export const startShop = async ({ dataDir = temporaryFolder(), ...options }: StartOptions = {}): Promise<Shop> => {
  if (!isDistributed) return startEmbeddedShop({ dataDir, ...options });
  const { startStackShop } = await import('./stack-shop.ts');
  return startStackShop({ dataDir, ...options });
};
