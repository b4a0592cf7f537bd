import type { NewEvent } from '@shop/contracts/events.ts';
import { refuse } from '@shop/contracts/problems.ts';
import { isUniqueViolation } from '@shop/platform/postgres/errors.ts';
import type { Postgres, Tx } from '@shop/platform/postgres/postgres.ts';
import { fromDocument, type ProductDocument, toDocument } from './document.ts';
import { newSkus, type Product } from './domain.ts';
import { catalogueEvent } from './events.ts';
import { type FoundRow, marksOf, partsOf } from './list.postgres.ts';
import { searchKeys } from './search.ts';
import type { Facet, Facets, Found, ListQuery, ProductStore, Save, SaveReply } from './store.ts';
import { addWords, searchWords } from './words.postgres.ts';

export interface PostgresProductStoreDeps {
  pg: Postgres;
  /** Where events go, in the transaction of the products. */
  outbox: { append(tx: Tx, events: readonly NewEvent[]): Promise<void> };
  /** How many products are looked at for one page of a search. */
  most?: number;
}

/** Products as JSONB documents; a side table claims their SKUs. */
export const createPostgresProductStore = ({ pg, outbox, most }: PostgresProductStoreDeps): ProductStore => {
  const saveTogether = (saves: readonly Save[]): Promise<void> =>
    pg.transaction(async (tx) => {
      const rows = saves.map(row);
      await insertProducts(tx, rows);
      await updateProducts(tx, rows);
      await claimSkus(tx, saves);
      await addWords(
        tx,
        rows.flatMap(({ words }) => words),
      );
      await outbox.append(
        tx,
        saves.map(({ fact, product }) => catalogueEvent(fact, product)),
      );
    });

  /** All in one transaction where that works. Where one is refused nothing was written, and each half is tried anew. */
  const save = async (saves: readonly Save[]): Promise<SaveReply[]> => {
    if (saves.length === 0) return [];
    const refusal = await saveTogether(saves).then(() => undefined, refusalIn);
    if (!refusal) return saves.map(() => ({ ok: true }));
    if (saves.length === 1) return [refusal];
    const half = Math.ceil(saves.length / 2);
    return [...(await save(saves.slice(0, half))), ...(await save(saves.slice(half)))];
  };

  const products = async (name: string, condition: string, values: readonly unknown[]): Promise<Product[]> => {
    const text = `select document from products where ${condition}`;
    const rows = await pg.query<{ document: ProductDocument }>({ name, text, values });
    return rows.map(({ document }) => fromDocument(document));
  };

  return {
    save,
    byIds: (ids) => products('products-by-ids', 'id = any($1::uuid[])', [ids]),
    byHandles: (handles) => products('products-by-handles', 'handle = any($1::text[])', [handles]),
    async bySkus(skus) {
      const ever = 'id in (select product_id from product_skus where sku = any($1::text[]))';
      const owners = await products('products-by-skus', `${ever} and status <> 'deleted'`, [skus]);
      const asked = new Set(skus);
      return owners.filter(({ variants }) => variants.some(({ sku }) => asked.has(sku)));
    },
    async takenHandles(handles) {
      const text = 'select handle from products where handle = any($1::text[])';
      const rows = await pg.query<{ handle: string }>({ name: 'taken-handles', text, values: [handles] });
      return rows.map(({ handle }) => handle);
    },
    list: (query) => listProducts(pg, query, most),
    facets: (limit) => readFacets(pg, limit),
  };
};

const listProducts = async (pg: Postgres, query: ListQuery, most: number | undefined): Promise<Found> => {
  const products: Product[] = [];
  const words = await searchWords(pg, query.words);
  for (const part of words ? partsOf(query, words, most) : []) {
    const rows = await pg.query<FoundRow>(part.statement(query.limit - products.length));
    products.push(...rows.flatMap(({ document }) => (document ? fromDocument(document) : [])));
    if (products.length === query.limit) break;
    const readTo = part.stopIn(rows);
    if (readTo) return { products, readTo };
  }
  return { products };
};

/** Ends a transaction whose products can not all be written; never leaves this file. */
class NotWritten extends Error {
  readonly reply: Exclude<SaveReply, { ok: true }>;

  constructor(reply: Exclude<SaveReply, { ok: true }>) {
    super(reply.code);
    this.reply = reply;
  }
}

const refusalIn = (error: unknown): Exclude<SaveReply, { ok: true }> => {
  if (error instanceof NotWritten) return error.reply;
  if (isUniqueViolation(error, 'products_handle_key')) return refuse('HANDLE_TAKEN');
  throw error;
};

const columns = [
  ['id', 'uuid', 'r.id'],
  ['handle', 'text', 'r.handle'],
  ['status', 'text', 'r.status'],
  ['version', 'integer', 'r.version'],
  ['category', 'text', 'r.category'],
  ['brand', 'text', 'r.brand'],
  ['words', 'text[]', 'array_to_tsvector(r.words || r.marks)'],
  ['title_words', 'text[]', 'array_to_tsvector(r.title_words || r.marks)'],
  ['title_key', 'text', 'r.title_key'],
  ['lowest_price', 'bigint', 'r.lowest_price'],
  ['created_at', 'timestamptz', 'r.created_at'],
  ['document', 'jsonb', 'r.document'],
] as const;

const names = columns.map(([name]) => name).join(', ');
const sources = columns.map(([, , source]) => source).join(', ');
const recordset = `jsonb_to_recordset($1::jsonb) as r(${columns.map(([name, type]) => `${name} ${type}`).join(', ')}, marks text[], before integer)`;

// Rows are inserted, and locked, in one order by everyone.
const insertText = `insert into products (${names}) select ${sources} from ${recordset} order by r.handle
  on conflict (handle) do nothing returning id`;

// The guard: a product whose version moved on is not in `r`. Locked rows are checked again after the wait.
const updateText = `update products p set (${names}) = (select ${sources}) from (
    select r.* from ${recordset} join products q on q.id = r.id and q.version = r.before order by r.id for update of q
  ) r where p.id = r.id returning p.id`;

const claimText = `insert into product_skus (sku, product_id)
  select s.sku, s.product_id from unnest($1::text[], $2::uuid[]) as s(sku, product_id) order by s.sku collate "C"
  on conflict (sku) do nothing returning sku, product_id`;

const row = ({ product, before }: Save) => {
  const { words, titleWords, titleKey, lowestPrice } = searchKeys(product);
  const { id, handle, status, version, category, brand, tags, createdAt } = product;
  return {
    ...{ id, handle, status, version, category, brand, words },
    title_words: titleWords,
    marks: marksOf({ category, brand, tags }),
    title_key: titleKey,
    lowest_price: lowestPrice,
    created_at: createdAt,
    document: toDocument(product),
    before: before?.version,
  };
};

type Row = ReturnType<typeof row>;

const insertProducts = async (tx: Tx, all: readonly Row[]): Promise<void> => {
  const rows = all.filter(({ before }) => before === undefined);
  if (rows.length === 0) return;
  const written = await tx.query({ name: 'insert-products', text: insertText, values: [JSON.stringify(rows)] });
  if (written.length < rows.length) throw new NotWritten(refuse('HANDLE_TAKEN'));
};

const updateProducts = async (tx: Tx, all: readonly Row[]): Promise<void> => {
  const rows = all.filter(({ before }) => before !== undefined);
  if (rows.length === 0) return;
  const written = await tx.query({ name: 'update-products', text: updateText, values: [JSON.stringify(rows)] });
  if (written.length < rows.length) throw new NotWritten(refuse('VERSION_CONFLICT'));
};

const claimSkus = async (tx: Tx, saves: readonly Save[]): Promise<void> => {
  const claims = saves.flatMap(({ product, before }) =>
    newSkus(product, before).map((sku) => ({ sku, id: product.id })),
  );
  if (claims.length === 0) return;
  const values = [claims.map(({ sku }) => sku), claims.map(({ id }) => id)];
  const got = await tx.query<{ sku: string; product_id: string }>({ name: 'claim-skus', text: claimText, values });
  if (got.length === claims.length) return;
  const free = new Set(got.map(({ sku }) => sku));
  const taken = claims.filter(({ sku }) => !free.has(sku)).map(({ sku }) => ({ sku }));
  throw new NotWritten(refuse('SKU_TAKEN', { errors: taken }));
};

const facetText = (column: 'category' | 'brand') =>
  `(select '${column}' as kind, ${column} as name, count(*)::integer as count from products
    where status = 'active' and ${column} <> '' group by ${column} order by count(*) desc, ${column} collate "C" limit $1)`;

const readFacets = async (pg: Postgres, limit: number): Promise<Facets> => {
  const text = `${facetText('category')} union all ${facetText('brand')}`;
  const rows = await pg.query<Facet & { kind: string }>({ name: 'product-facets', text, values: [limit] });
  const of = (kind: string): Facet[] =>
    rows.filter((found) => found.kind === kind).map(({ name, count }) => ({ name, count }));
  return { categories: of('category'), brands: of('brand') };
};
