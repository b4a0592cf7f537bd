import { resolve } from 'node:path';
import { ConfigError } from '@shop/platform/config/config.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import { readEmbeddedConfig } from './config.ts';
import { lastingBreaches, reconcile } from './reconcile.ts';

/** `npm run reconcile`: proves the invariants on the databases of the shop that runs on DATA_DIR. */
const say = (text: string) => process.stdout.write(`${text}\n`);
const warn = (text: string) => process.stderr.write(`${text}\n`);

const run = async (): Promise<number> => {
  const dataDir = resolve(readEmbeddedConfig(process.env).DATA_DIR);
  try {
    const breaches = await lastingBreaches(() => reconcile(dataDir), systemClock, {
      onFirst: () => warn('Not all agrees; looking again for 15 s, to tell what is wrong from what is under way …'),
    });
    for (const breach of breaches) say(breach);
    if (breaches.length === 0) say('Stock, vouchers, orders, carts and events agree.');
    else say(`${breaches.length} ${breaches.length === 1 ? 'thing differs' : 'things differ'}.`);
    return breaches.length === 0 ? 0 : 1;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ECONNREFUSED') throw error;
    warn(`No shop runs on ${dataDir}; start it, or say where it is with DATA_DIR.`);
    return 1;
  }
};

process.exit(
  await run().catch((error: Error) => {
    warn((error instanceof ConfigError ? error.message : error.stack) ?? String(error));
    return 1;
  }),
);
