import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRefusal } from '@shop/contracts/problems.ts';
import type { NewVoucher } from '@shop/discount/domain.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';
import { decimalsOf } from '@shop/product/import/amounts.ts';
import type { Services } from './services.ts';

const folder = join(import.meta.dirname, '../../seed');

interface SeedOptions {
  services: Pick<Services, 'product' | 'discount'>;
  dataDir: string;
  /** The one that the shop sells in: prices keep their digits, 14.00 dollars are 1400 yen. */
  currency: string;
  logger: Logger;
  signal: AbortSignal;
}

const catalogueIn = async (currency: string): Promise<string> => {
  const decimals = decimalsOf(currency);
  const text = await readFile(join(folder, 'catalogue.csv'), 'utf8');
  return text.replace(/(?<=,)\d+\.\d\d(?=,)/g, (price) => ((Number(price) * 100) / 10 ** decimals).toFixed(decimals));
};

const vouchersIn = async (currency: string): Promise<NewVoucher[]> =>
  JSON.parse(await readFile(join(folder, 'vouchers.json'), 'utf8'), (key, value) =>
    key === 'currency' ? currency : value,
  );

/**
 * Loads the sample catalogue through the import, and its vouchers, once a data folder. Killed in between, it starts
 * over: the import and the vouchers skip what is there.
 */
export const seed = async ({ services, dataDir, currency, logger, signal }: SeedOptions): Promise<void> => {
  const { product, discount } = services;
  const done = join(dataDir, 'seeded');
  if (existsSync(done)) return;
  logger.info('loading the sample catalogue');
  const steps = await product.import.start(await catalogueIn(currency), signal);
  if (isRefusal(steps)) throw new Error(`The sample catalogue was refused: ${JSON.stringify(steps)}`);
  let step = await steps.next();
  for (; !step.done; step = await steps.next()) logger.debug(step.value, 'loading products');
  if (step.value.errors.length > 0)
    throw new Error(`The sample catalogue has faults: ${JSON.stringify(step.value.errors)}`);
  for (const voucher of await vouchersIn(currency)) {
    const made = await discount.vouchers.create(voucher);
    if (isRefusal(made) && made.code !== 'VOUCHER_EXISTS')
      throw new Error(`The sample voucher ${voucher.code} was refused: ${JSON.stringify(made)}`);
  }
  await writeFile(done, '');
  logger.info({ created: step.value.created }, 'the sample catalogue is there');
};
