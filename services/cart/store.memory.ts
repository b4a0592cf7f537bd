import { createMemoryDatabase, type MemoryDatabase, type MemoryTable } from '@shop/platform/memory/database.ts';
import { type MemoryOutbox, type MemoryOutboxData, memoryOutboxData } from '@shop/platform/messaging/memory-outbox.ts';
import type { ReplicaProduct } from './catalogue.ts';
import type { Cart } from './domain.ts';
import type { CartStore } from './store.ts';

/** The tables of carts in memory; documents are JSON, as they are in a database. */
export interface MemoryCarts {
  db: MemoryDatabase;
  carts: MemoryTable<string, { userId: string; version: number; document: string; askAt: number | undefined }>;
  products: MemoryTable<string, { version: number; product: string; skus: readonly string[] }>;
  outbox: MemoryOutboxData;
}

export const createMemoryCarts = (): MemoryCarts => {
  const db = createMemoryDatabase();
  return { db, carts: db.table(), products: db.table(), outbox: memoryOutboxData(db) };
};

/** Carts in memory, for histories that are simulated; each write is one step. */
export const createMemoryCartStore = (
  { db, carts, products }: MemoryCarts,
  outbox: Pick<MemoryOutbox, 'stamp' | 'emit' | 'nudge'>,
): CartStore => ({
  async find(userId) {
    const row = carts.get(userId);
    return row && JSON.parse(row.document);
  },

  async save(next, expectedVersion, events) {
    const said = events.map((event) => ({ event, stamp: outbox.stamp() }));
    const saved = db.atomically(() => {
      if ((carts.get(next.userId)?.version ?? 0) !== expectedVersion) return false;
      const { version, lock } = next;
      const askAt = lock && Date.parse(lock.askAt);
      carts.set(next.userId, { userId: next.userId, version, document: JSON.stringify(next), askAt });
      for (const { stamp, event } of said) outbox.emit(stamp, event);
      return true;
    });
    if (saved && events.length > 0) outbox.nudge();
    return saved;
  },

  async catalogueOf(skus) {
    const wanted = new Set(skus);
    return [...products.all()]
      .filter((row) => row.skus.some((sku) => wanted.has(sku)))
      .map(({ product }): ReplicaProduct => JSON.parse(product));
  },

  async saveProduct(product) {
    const { id, version } = product;
    const known = products.get(id);
    if (known && known.version >= version) return;
    const skus = product.variants.map(({ sku }) => sku);
    products.set(id, { version, product: JSON.stringify(product), skus });
  },

  async expiredLocks(now, limit) {
    const due = [...carts.all()].flatMap(({ userId, askAt, document }) =>
      askAt !== undefined && askAt <= now.getTime() ? [{ userId, askAt, document }] : [],
    );
    due.sort((a, b) => a.askAt - b.askAt || (a.userId < b.userId ? -1 : 1));
    return due.slice(0, limit).map(({ document }): Cart => JSON.parse(document));
  },
});
