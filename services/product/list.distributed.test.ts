import type { Profile } from '@shop/platform/testing/mongo.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Product, tombstone } from './domain.ts';
import { usualReach } from './page.mongo.ts';
import { positionOf, queryWords, sorts } from './search.ts';
import { createMongoProductStore } from './store.mongo.ts';
import type { Found, ListQuery } from './store.ts';
import { productsOnMongo } from './testing/mongo.ts';
import { aProduct, aVariant, saving } from './testing/products.ts';

const { store, mongo, products } = await productsOnMongo();

describe('plans', () => {
  const limit = 21;
  const catalogue = Array.from({ length: 2000 }, (_, n) =>
    aProduct({
      title: `Product ${n} ${n % 2 ? 'odd' : 'even'}`,
      category: `c${n % 50}`,
      brand: `b${n % 80}`,
      tags: [`t${n % 90}`, 'all'],
      status: n % 10 === 0 ? 'draft' : 'active',
      variants: [aVariant({ price: 1000 + (n % 7) })],
      createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(),
    }),
  );
  /** One in the middle of every order; hundreds have its price. */
  const middle = catalogue[1111] as Product;

  beforeAll(async () => {
    await store.save(catalogue.map((product) => saving(product)));
    // Tombstones come first in the order of titles.
    const gone = catalogue.slice(0, 200).map((product) => saving(tombstone(product, product.createdAt), product));
    await store.save(gone);
  });

  const readsOf = (query: Omit<ListQuery, 'limit'>): Promise<Profile[]> =>
    mongo.profile('products', () => store.list({ ...query, limit }));
  const sum = (reads: readonly Profile[], field: 'docsExamined' | 'keysExamined' | 'nreturned') =>
    reads.reduce((all, read) => all + (read[field] ?? 0), 0);

  it.each(sorts.filter((sort) => sort !== 'relevance'))(
    'When a page by %s is read, then only its own products are, in the order of an index',
    async (sort) => {
      for (const status of ['active', undefined] as const) {
        for (const after of [undefined, positionOf(middle, sort, [])]) {
          const reads = await readsOf({ words: [], sort, status, after });
          expect(sum(reads, 'nreturned')).toBe(limit);
          expect(sum(reads, 'docsExamined')).toBe(limit);
          // Each status is a scan of its own.
          expect(sum(reads, 'keysExamined')).toBeLessThanOrEqual(2 * limit);
          for (const read of reads) expect(read).not.toHaveProperty('hasSortStage');
        }
      }
    },
  );

  it.each([{ category: 'c11' }, { brand: 'b71' }, { tag: 't31' }, { tag: 'all' }])(
    'When a page is read with %j, then only its own products are',
    async (filter) => {
      for (const sort of ['-createdAt', 'price', '-price'] as const) {
        for (const after of [undefined, positionOf(middle, sort, [])]) {
          const reads = await readsOf({ words: [], sort, status: 'active', after, ...filter });
          expect(sum(reads, 'nreturned')).toBeGreaterThan(0);
          expect(sum(reads, 'docsExamined')).toBe(sum(reads, 'nreturned'));
          for (const read of reads) expect(read).not.toHaveProperty('hasSortStage');
        }
      }
    },
  );

  it('When words are searched, then their index tells where they are', async () => {
    const mostOf = { 'product 199': usualReach.near * limit, '1999': 60, nothing: 60, pro: usualReach.far };
    for (const search of ['product 199', '1999', 'nothing', 'pro'] as const) {
      const words = queryWords(search);
      for (const after of [undefined, [0, middle.id], [1, middle.id]] as const) {
        for (const read of await readsOf({ words, sort: 'relevance', status: 'active', after })) {
          expect(read.planSummary).toContain('IXSCAN');
          // Sooner than the connection gives up, which would have it read twice.
          expect(read.command.maxTimeMS).toBeLessThan(5_000);
          expect(read.docsExamined).toBeLessThanOrEqual(mostOf[search]);
        }
      }
    }
  });

  it('When few words begin as those of a search do, then little more than its page is read of the products that have them', async () => {
    // 111 words begin with 19, 11 with t4, and about as many products with b7 as with t4.
    for (const [search, status] of [
      ['19 product', 'active'],
      ['product 19', 'active'],
      ['2 product', 'active'],
      ['t4', 'active'],
      ['t4', undefined],
      ['all t42', undefined],
    ] as const) {
      const words = queryWords(search);
      const [first] = (await store.list({ words, sort: 'relevance', status, limit: 1 })).products;
      for (const after of [undefined, first && positionOf(first, 'relevance', words)]) {
        const reads = await readsOf({ words, sort: 'relevance', status, after });
        expect(sum(reads, 'nreturned')).toBeGreaterThan(0);
        expect(sum(reads, 'docsExamined')).toBeLessThanOrEqual((usualReach.near + 2) * limit);
        for (const read of reads) expect(read).not.toHaveProperty('hasSortStage');
      }
    }
  });

  it('When no product has what is asked for together, then a page looks at so many, and the next goes on from there', async () => {
    const reach = { near: 1, far: 100 };
    const near = createMongoProductStore({ mongo, clock: systemClock, ids: systemIds, reach }).store;
    // Of 1,900 products every second has an even number, as its category has.
    const queries: Omit<ListQuery, 'limit'>[] = [
      { words: queryWords('odd even'), sort: 'relevance' },
      { words: queryWords('even odd'), sort: 'price' },
      { words: queryWords('odd'), category: 'c22', sort: 'relevance' },
      { words: queryWords('even'), category: 'c23', sort: 'title' },
      { words: [], brand: 'b20', tag: 't1', sort: '-price' },
    ];
    const ends = [];
    for (const query of queries) {
      let pages = 0;
      for (let after = query.after, isOver = false; !isOver; pages += 1) {
        let found: Found = { products: [] };
        const reads = await mongo.profile('products', async () => {
          found = await near.list({ ...query, after, limit });
        });
        expect(found.products).toEqual([]);
        expect(sum(reads, 'docsExamined')).toBeLessThanOrEqual(2 * (reach.near * limit + reach.far));
        after = found.readTo;
        isOver = after === undefined;
      }
      ends.push(pages);
    }
    expect(ends).toEqual([expect.any(Number), expect.any(Number), 1, 1, 1]);
    for (const pages of ends.slice(0, 2)) expect(pages).toBeGreaterThan(7);
  });

  it('When words are searched, then no plan is kept by which other words would be read badly', async () => {
    await products.db.db?.command({ planCacheClear: 'products' });
    for (let times = 0; times < 5; times += 1) await readsOf({ words: ['product', 't'], sort: 'relevance' });
    const kept = await products.aggregate([{ $planCacheStats: {} }]).readConcern('local');
    expect(kept).toEqual([]);
  });

  it('When words are in no title, then no product is read to find that out', async () => {
    for (const search of ['b7', 't42', 'b7 t4']) {
      const words = queryWords(search);
      const reads = await readsOf({ words, sort: 'relevance', status: 'active' });
      expect(sum(reads, 'docsExamined')).toBeGreaterThan(0);
      const others = await readsOf({ words, sort: 'relevance', status: 'active', after: [1, ''] });
      expect(sum(reads, 'docsExamined')).toBe(sum(others, 'docsExamined'));
    }
  });

  it('When no word of the catalogue begins so, then no product is read at all', async () => {
    expect(await readsOf({ words: queryWords('all nothing'), sort: 'relevance', status: 'active' })).toEqual([]);
  });

  it('When products are looked up, then only those are read', async () => {
    const [{ id, handle, variants } = aProduct()] = (await store.list({ words: [], sort: 'title', limit: 1 })).products;
    for (const look of [
      () => store.byIds([id]),
      () => store.byHandles([handle]),
      () => store.bySkus(variants.map(({ sku }) => sku)),
    ]) {
      expect(await mongo.profile('products', look)).toMatchObject([{ docsExamined: 1, nreturned: 1 }]);
    }
    expect(await mongo.profile('products', () => store.facets(500))).toMatchObject([
      { docsExamined: 0 },
      { docsExamined: 0 },
    ]);
  });
});
