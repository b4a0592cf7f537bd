import type { DatabaseName } from '../../apps/embedded/databases.ts';
import { reconcile } from '../../apps/reconcile/reconcile.ts';
import type { Shop } from './shop.ts';

/** Runs one statement on a service's database of a running shop. */
export const queryShop = <Row>(shop: Shop, database: DatabaseName, text: string): Promise<Row[]> =>
  shop.query(database, text);

/** Every breach of the invariants that is left when the shop has come to rest, at most 10 s from now; empty is well. */
export const auditShop = async (shop: Shop): Promise<string[]> => {
  const end = performance.now() + 10_000;
  const books = await shop.books();
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
