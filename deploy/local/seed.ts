import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Api } from '@shop/sdk/api.ts';
import { ShopError } from '@shop/sdk/errors.ts';
import { createShop } from '@shop/sdk/shop.ts';
import { StackFailed } from './servers/errors.ts';
import type { Report } from './servers/options.ts';

const folder = join(import.meta.dirname, '../../seed');

export interface SeedOptions {
  url: string;
  admin: { email: string; password: string };
  /** Where it is written down that it was done. */
  dir: string;
  report: Report;
}

const isThere = (error: unknown): boolean => error instanceof ShopError && error.code === 'VOUCHER_EXISTS';

/**
 * Loads the sample catalogue and its vouchers through the shop's own door, once a folder. Killed in between, it starts
 * over: what is there is skipped.
 */
export const seedShop = async ({ url, admin, dir, report }: SeedOptions): Promise<void> => {
  const done = join(dir, 'seeded');
  if (await stat(done).catch(() => undefined)) return;
  const shop = createShop({ url });
  try {
    await shop.auth.login(admin);
    const { created, updated, skipped, errors } = await shop.products.import(
      await readFile(join(folder, 'catalogue.csv'), 'utf8'),
    );
    if (errors.length > 0) throw new StackFailed(`The sample catalogue has faults: ${JSON.stringify(errors)}`);
    const vouchers = JSON.parse(
      await readFile(join(folder, 'vouchers.json'), 'utf8'),
    ) as Api['POST /vouchers']['body'][];
    for (const voucher of vouchers) {
      await shop.vouchers.create(voucher).catch((error) => {
        if (!isThere(error)) throw error;
      });
    }
    await writeFile(done, '');
    report(`the sample catalogue is there (${created + updated + skipped} products, ${vouchers.length} vouchers)`);
  } catch (error) {
    if (!(error instanceof ShopError)) throw error;
    throw new StackFailed(`The sample catalogue can't be loaded (${error.message}); SEED=off starts without it.`);
  }
};
