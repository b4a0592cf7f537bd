import { resolve } from 'node:path';
import { readEmbeddedConfig } from '@shop/embedded/config.ts';
import { embeddedBooks } from './embedded.ts';
import { reconcile } from './reconcile.ts';

/** `npm run reconcile`: proves the invariants on the databases of the shop that runs on DATA_DIR. */
const say = (text: string) => process.stdout.write(`${text}\n`);

const dataDir = resolve(readEmbeddedConfig(process.env).DATA_DIR);
try {
  const books = await embeddedBooks(dataDir);
  const breaches = await reconcile(books);
  for (const breach of breaches) say(breach);
  say(breaches.length === 0 ? 'Stock, vouchers, orders, carts and events agree.' : `${breaches.length} things differ.`);
  process.exit(breaches.length === 0 ? 0 : 1);
} catch (error) {
  const { code } = error as NodeJS.ErrnoException;
  const absent = code === 'ENOENT' || code === 'ECONNREFUSED';
  process.stderr.write(
    absent
      ? `No shop runs on ${dataDir}; start it, or say where it is with DATA_DIR.\n`
      : `${(error as Error).stack}\n`,
  );
  process.exit(1);
}
