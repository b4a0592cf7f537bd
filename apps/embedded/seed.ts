import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRefusal } from '@shop/contracts/problems.ts';
import type { NewVoucher } from '@shop/discount/domain.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';
import type { Services } from './services.ts';

const folder = join(import.meta.dirname, '../../seed');

/**
 * Loads the sample catalogue through the import, and its vouchers, once a data folder. Killed in between, it starts
 * over: the import and the vouchers skip what is there.
 */
export const seed = async (
  { product, discount }: Services,
  dataDir: string,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> => {
  const done = join(dataDir, 'seeded');
  if (existsSync(done)) return;
  logger.info('loading the sample catalogue');
  const steps = await product.import.start(await readFile(join(folder, 'catalogue.csv'), 'utf8'), signal);
  if (isRefusal(steps)) throw new Error(`The sample catalogue was refused: ${JSON.stringify(steps)}`);
  let step = await steps.next();
  for (; !step.done; step = await steps.next()) logger.debug(step.value, 'loading products');
  if (step.value.errors.length > 0)
    throw new Error(`The sample catalogue has faults: ${JSON.stringify(step.value.errors)}`);
  for (const voucher of JSON.parse(await readFile(join(folder, 'vouchers.json'), 'utf8')) as NewVoucher[]) {
    const made = await discount.vouchers.create(voucher);
    if (isRefusal(made) && made.code !== 'VOUCHER_EXISTS')
      throw new Error(`The sample voucher ${voucher.code} was refused: ${JSON.stringify(made)}`);
  }
  await writeFile(done, '');
  logger.info({ created: step.value.created }, 'the sample catalogue is there');
};
