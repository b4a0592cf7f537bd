import pg from 'pg';
import type { DatabaseName } from '../../apps/embedded/databases.ts';
import { connectionOf, embeddedBooks } from '../../apps/reconcile/embedded.ts';
import { reconcile } from '../../apps/reconcile/reconcile.ts';
import type { Shop } from './shop.ts';

/** Runs one statement on a service's database of a running shop. */
export const queryShop = async <Row>(shop: Shop, database: DatabaseName, text: string): Promise<Row[]> => {
  const client = new pg.Client({ ...(await connectionOf(shop.dataDir)), database });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};

/** Every breach of the invariants that is left when the shop has come to rest, at most 10 s from now; empty is well. */
export const auditShop = async (shop: Shop): Promise<string[]> => {
  const end = performance.now() + 10_000;
  const books = await embeddedBooks(shop.dataDir);
  try {
    for (;;) {
      const breaches = await reconcile(books);
      if (breaches.length === 0 || performance.now() > end) return breaches;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await books.close();
  }
};
