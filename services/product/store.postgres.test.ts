import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import { testDatabase } from '@shop/platform/testing/postgres.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toDocument } from './document.ts';
import { type PartOfPage, partsOf } from './list.postgres.ts';
import { type Position, positionOf, queryWords, type Sort, searchKeys } from './search.ts';
import { productStoreConformance } from './store.conformance.ts';
import { createPostgresProductStore } from './store.postgres.ts';
import type { ListQuery } from './store.ts';
import { aProduct, aVariant, saving } from './testing/products.ts';
import { eventsIn } from './testing/served.ts';

const pg = await testDatabase(new URL('./migrations', import.meta.url).pathname);
const outbox = createOutbox({ pg, service: 'product', clock: systemClock, ids: systemIds });
const store = createPostgresProductStore({ pg, outbox });

const empty = async () => {
  await pg.query({ text: 'truncate products, product_skus, words, outbox' });
  return { store, pending: () => eventsIn(pg) };
};

productStoreConformance('PostgreSQL', empty);

/** Its searches look at a few products at a time. */
const slow = createPostgresProductStore({ pg, outbox, most: 5 });
productStoreConformance('PostgreSQL, a few products at a time', async () => ({ ...(await empty()), store: slow }));

const beginnings = ({ words }: ListQuery) => words.map((text) => ({ text, isWhole: false }));

it('When products were stored before their words and marks were kept, then they are found by them all the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-migrations-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const migrations = new URL('./migrations/', import.meta.url);
  const [, , , words] = readdirSync(migrations).sort();
  cpSync(migrations, folder, { recursive: true, filter: (source) => !source.endsWith(`${words}`) });
  const older = await testDatabase(folder);
  const product = aProduct({ title: 'Trail mug', category: "Kim's \\ :*", brand: 'Peak', tags: ['new', "o'ne"] });
  const { category, brand, tags } = product;
  const keys = [searchKeys(product).words, searchKeys(product).titleWords];
  await older.query({
    text: `insert into products values ($1, 'mug', 'active', 1, $2, $3, $4, array_to_tsvector($5), array_to_tsvector($6), 'mug', 9, now(), $7)`,
    values: [product.id, category, brand, tags, ...keys, JSON.stringify(toDocument(product))],
  });
  await older.query({ text: readFileSync(new URL(`${words}`, migrations), 'utf8') });
  const upgraded = createPostgresProductStore({ pg: older, outbox });
  for (const sort of ['relevance', 'price'] as const) {
    const look = { words: queryWords('mug tra'), category, brand, tag: "o'ne", sort, limit: 5 };
    expect(await upgraded.list(look)).toEqual({ products: [product] });
    expect(await upgraded.list({ ...look, tag: 'one' })).toEqual({ products: [] });
  }
});

describe('plans', () => {
  const middle = aProduct({ title: 'Product 2500', createdAt: new Date(Date.UTC(2026, 0, 1, 0, 25)).toISOString() });

  const planOf = async (query: ListQuery): Promise<string> => {
    const plans = partsOf(query, beginnings(query)).map(async (part) => {
      const { text, values } = part.statement(query.limit);
      const lines = await pg.query<Record<string, string>>({ text: `explain ${text}`, values });
      return lines.map((line) => line['QUERY PLAN']).join('\n');
    });
    return (await Promise.all(plans)).join('\n');
  };

  const costOf = async (part: PartOfPage | undefined): Promise<Record<string, number> | undefined> => {
    const { text, values } = part?.statement(21) ?? { text: '' };
    const [row] = await pg.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>({
      text: `explain (analyze, buffers, format json) ${text}`,
      values,
    });
    return row?.['QUERY PLAN'][0].Plan;
  };
  const blocksIn = (plan: Record<string, number> | undefined): number =>
    (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);

  it('When the catalogue has some thousand products, then every page is read through an index', async () => {
    await empty();
    const products = Array.from({ length: 5000 }, (_, n) =>
      aProduct({
        title: `Product ${n} ${n % 2 ? 'odd' : 'even'}`,
        category: `c${n % 50}`,
        brand: `b${n % 80}`,
        tags: [`t${n % 90}`],
        status: n % 10 === 0 ? 'draft' : 'active',
        description: 'About this product. '.repeat(20),
        variants: [aVariant({ price: 1000 + (n % 700) })],
        createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(),
      }),
    );
    for (let at = 0; at < products.length; at += 500) {
      await store.save(products.slice(at, at + 500).map((product) => saving(product)));
    }
    await pg.query({ text: 'vacuum analyze products' });

    const indexes: Record<Sort, string> = {
      relevance: 'products_by_word',
      title: 'products_by_title',
      '-createdAt': 'products_by_creation',
      price: 'products_by_price',
      '-price': 'products_by_price',
    };
    for (const sort of Object.keys(indexes) as Sort[]) {
      const words = sort === 'relevance' ? queryWords('product 25') : [];
      const after: Position = positionOf(middle, sort, words);
      for (const page of [{}, { after }]) {
        for (const status of ['active', undefined] as const) {
          const plan = await planOf({ words, sort, limit: 21, ...(status && { status }), ...page });
          expect(plan).toContain(indexes[sort]);
          expect(plan).not.toContain('Seq Scan');
          // Keyset pages start where they left off: no rows are sorted, or read only to be skipped.
          if (sort !== 'relevance') expect(plan).not.toMatch(/Sort|Filter/);
        }
      }
    }
    const filters: Partial<ListQuery>[] = [{ category: 'c7' }, { brand: 'b7' }, { tag: 't7' }];
    for (const filter of filters) {
      const plan = await planOf({ words: [], sort: '-createdAt', status: 'active', limit: 21, ...filter });
      expect(plan).toContain(filter.tag ? 'products_by_word' : `products_by_${Object.keys(filter)[0]}`);
    }
    for (const filter of filters.filter(({ tag }) => !tag)) {
      const after = positionOf(middle, 'price', []);
      const plan = await planOf({ words: [], sort: 'price', after, status: 'active', limit: 21, ...filter });
      expect(plan).toContain(`products_by_${Object.keys(filter)[0]}_and_price`);
      expect(plan).not.toMatch(/Sort|Filter/);
    }

    // Frequent or rare, a word's page costs about the same: the plan is made for the word.
    for (const [text, rows] of [
      ['product', 21],
      ['2500', 2],
      ['nothing', 0],
    ] as const) {
      const query: ListQuery = { words: [text], sort: 'relevance', status: 'active', limit: 21 };
      const plan = await costOf(partsOf(query, [{ text, isWhole: true }])[0]);
      expect(plan?.['Actual Rows']).toBeLessThanOrEqual(rows);
      expect(blocksIn(plan)).toBeLessThan(60);
    }

    // Frequent or rare, together or apart: a page costs no more than what it may look at. All products are 40 times that.
    const most = 100;
    const blocksOf = async (query: ListQuery) => {
      const plan = await costOf(partsOf(query, beginnings(query), most).at(-1));
      return blocksIn(plan);
    };
    // That no product has a word outside its title is not told by reading all that have it.
    const last: ListQuery = { words: queryWords('product'), sort: 'relevance', limit: 21, after: [1, middle.id] };
    expect(await blocksOf(last)).toBeLessThan(400);
    for (const search of ['product', '2500', '2500 product', 'nothing', 'p', 'even odd']) {
      for (const sort of ['relevance', 'price', 'title'] as const) {
        const query: ListQuery = { words: queryWords(search), sort, status: 'active', limit: 21 };
        expect({ search, sort, blocks: await blocksOf(query) }).toMatchObject({
          blocks: expect.toSatisfy((n) => n < 400),
        });
      }
    }
    const apart: ListQuery = { words: [], category: 'c22', brand: 'b21', sort: 'price', status: 'active', limit: 21 };
    expect(await blocksOf(apart)).toBeLessThan(400);
  }, 60_000);
});
