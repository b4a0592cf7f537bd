import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readEmbeddedConfig } from '@shop/embedded/config.ts';
import { ConfigError } from '@shop/platform/config/config.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import type { Books } from './books.ts';
import { embeddedBooks } from './embedded.ts';
import { lastingBreaches, reconcile } from './reconcile.ts';

const usage = `usage: npm run reconcile              of the shop that npm start runs on DATA_DIR
       npm run reconcile -- --stack   of the one that npm run stack runs on STACK_DIR`;

/** What keeps this from being done, in a sentence. */
class Failure extends Error {}

const say = (text: string) => process.stdout.write(`${text}\n`);
const warn = (text: string) => process.stderr.write(`${text}\n`);

const embedded = async (): Promise<Books> => {
  const dataDir = resolve(readEmbeddedConfig(process.env).DATA_DIR);
  const absent = () => new Failure(`No shop runs on ${dataDir}; start it, or say where it is with DATA_DIR.`);
  return embeddedBooks(dataDir).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? absent() : error;
  });
};

const optionsGiven = () => {
  try {
    return parseArgs({ options: { stack: { type: 'boolean' } } }).values;
  } catch (error) {
    throw new Failure(`${(error as Error).message}\n${usage}`);
  }
};

const run = async (): Promise<number> => {
  const { stack } = optionsGiven();
  const books = stack ? await (await import('./running-stack.ts')).runningStackBooks() : await embedded();
  const breaches = await lastingBreaches(() => reconcile(books), systemClock, {
    onFirst: () => warn('Not all agrees; looking again for 15 s, to tell what is wrong from what is under way …'),
  });
  for (const breach of breaches) say(breach);
  if (breaches.length === 0) say('Stock, vouchers, orders, carts and events agree.');
  else say(`${breaches.length} ${breaches.length === 1 ? 'thing differs' : 'things differ'}.`);
  return breaches.length === 0 ? 0 : 1;
};

/** A postmaster.pid may be left of a shop that has ended. */
const sentenceFor = (error: NodeJS.ErrnoException): string | undefined => {
  if (error.code === 'ECONNREFUSED') return 'No shop runs there any more: its databases do not answer.';
  const known = error instanceof Failure || error instanceof ConfigError || error.name === 'StackFailed';
  return known ? error.message : error.stack;
};

/** `npm run reconcile`: proves the invariants on the databases of a running shop. */
process.exit(
  await run().catch((error: NodeJS.ErrnoException) => {
    warn(sentenceFor(error) ?? String(error));
    return 1;
  }),
);
