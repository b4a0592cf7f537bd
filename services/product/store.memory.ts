import { refuse } from '@shop/contracts/problems.ts';
import { createMemoryDatabase, type MemoryDatabase, type MemoryTable } from '@shop/platform/memory/database.ts';
import { type MemoryOutbox, type MemoryOutboxData, memoryOutboxData } from '@shop/platform/messaging/memory-outbox.ts';
import { fromDocument, toDocument } from './document.ts';
import { newSkus, type Product } from './domain.ts';
import { catalogueEvent } from './events.ts';
import { type Listed, listOf } from './list.memory.ts';
import { searchKeys } from './search.ts';
import type { Facet, ProductStore, Save, SaveReply } from './store.ts';

interface ProductRow extends Listed {
  handle: string;
  version: number;
  /** JSON, as it is in a database. */
  document: string;
}

/** The tables of the catalogue in memory. */
export interface MemoryProducts {
  db: MemoryDatabase;
  products: MemoryTable<string, ProductRow>;
  /** Whose a handle is, and whose a SKU has ever been: ids of products. */
  handles: MemoryTable<string, string>;
  skus: MemoryTable<string, string>;
  outbox: MemoryOutboxData;
}

export const createMemoryProducts = (): MemoryProducts => {
  const db = createMemoryDatabase();
  return { db, products: db.table(), handles: db.table(), skus: db.table(), outbox: memoryOutboxData(db) };
};

/** Products in memory, for histories that are simulated; each product is written in a step of its own. */
export const createMemoryProductStore = (
  data: MemoryProducts,
  outbox: Pick<MemoryOutbox, 'append' | 'nudge'>,
): ProductStore => {
  const { db, products, handles, skus: owners } = data;
  const read = ({ document }: ProductRow): Product => fromDocument(JSON.parse(document));
  const rowsOf = (ids: Iterable<string | undefined>): ProductRow[] =>
    [...new Set(ids)].flatMap((id) => (id === undefined ? [] : (products.get(id) ?? [])));

  return {
    async save(saves) {
      const replies = saves.map((save) => db.atomically(() => write(data, outbox, save)));
      if (replies.some(({ ok }) => ok)) outbox.nudge();
      return replies;
    },
    byIds: async (ids) => rowsOf(ids).map(read),
    byHandles: async (wanted) => rowsOf(wanted.map((handle) => handles.get(handle))).map(read),
    async bySkus(skus) {
      const asked = new Set(skus);
      return rowsOf(skus.map((sku) => owners.get(sku)))
        .map(read)
        .filter(({ variants }) => variants.some(({ sku }) => asked.has(sku)));
    },
    takenHandles: async (wanted) => [...new Set(wanted)].filter((handle) => handles.has(handle)),
    list: async (query) => ({ products: listOf(products.all(), query).map(read) }),
    async facets(limit) {
      const active = [...products.all()].filter(({ status }) => status === 'active');
      return {
        categories: counted(active.map(({ category }) => category)).slice(0, limit),
        brands: counted(active.map(({ brand }) => brand)).slice(0, limit),
      };
    },
  };
};

/** Decides about one product and writes it, its claims and its event, or nothing. */
const write = (
  { products, handles, skus }: MemoryProducts,
  outbox: Pick<MemoryOutbox, 'append'>,
  { product, before, fact }: Save,
): SaveReply => {
  const known = products.get(product.id);
  if (before ? known?.version !== before.version : known) {
    if (!before) throw new Error(`There is a product ${product.id} already`);
    return refuse('VERSION_CONFLICT');
  }
  const holder = handles.get(product.handle);
  if (holder !== undefined && holder !== product.id) return refuse('HANDLE_TAKEN');
  const claims = newSkus(product, before);
  const taken = claims.filter((sku) => skus.has(sku));
  if (taken.length > 0) return refuse('SKU_TAKEN', { errors: taken.map((sku) => ({ sku })) });

  if (known && known.handle !== product.handle) handles.delete(known.handle);
  handles.set(product.handle, product.id);
  for (const sku of claims) skus.set(sku, product.id);
  products.set(product.id, rowOf(product));
  outbox.append([catalogueEvent(fact, product)]);
  return { ok: true };
};

const rowOf = (product: Product): ProductRow => {
  const { id, handle, status, version, category, brand, tags, createdAt } = product;
  return {
    ...{ id, handle, status, version, category, brand, tags: [...tags] },
    keys: searchKeys(product),
    createdAt: Date.parse(createdAt),
    document: JSON.stringify(toDocument(product)),
  };
};

/** The most frequent names first, ties by their bytes; blank ones are left out. */
const counted = (names: readonly string[]): Facet[] =>
  [...Map.groupBy(names, (name) => name)]
    .filter(([name]) => name !== '')
    .map(([name, same]) => ({ name, count: same.length }))
    .sort((a, b) => b.count - a.count || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
