import type { Profile } from '@shop/platform/testing/mongo.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { tombstone } from './domain.ts';
import { positionOf, queryWords, sorts } from './search.ts';
import type { ListQuery } from './store.ts';
import { productsOnMongo } from './testing/mongo.ts';
import { aProduct, aVariant, saving } from './testing/products.ts';

const { store, mongo } = await productsOnMongo();

describe('plans', () => {
  const middle = aProduct({
    title: 'Product 1000',
    variants: [aVariant({ price: 1003 })],
    createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, 1000)).toISOString(),
  });
  const limit = 21;

  beforeAll(async () => {
    const catalogue = Array.from({ length: 2000 }, (_, n) =>
      aProduct({
        title: `Product ${n}`,
        category: `c${n % 50}`,
        brand: `b${n % 80}`,
        tags: [`t${n % 90}`, 'all'],
        status: n % 10 === 0 ? 'draft' : 'active',
        variants: [aVariant({ price: 1000 + (n % 7) })],
        createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(),
      }),
    );
    await store.save(catalogue.map((product) => saving(product)));
    // Tombstones come first in the order of titles.
    const gone = catalogue.slice(0, 200).map((product) => saving(tombstone(product, product.createdAt), product));
    await store.save(gone);
  });

  const readsOf = (query: Omit<ListQuery, 'limit'>): Promise<Profile[]> =>
    mongo.profile('products', () => store.list({ ...query, limit }));

  it.each(sorts.filter((sort) => sort !== 'relevance'))(
    'When a page by %s is read, then only its own products are, in the order of an index',
    async (sort) => {
      for (const status of ['active', undefined] as const) {
        for (const after of [undefined, positionOf(middle, sort, [])]) {
          const [read, ...more] = await readsOf({ words: [], sort, status, after });
          expect(more).toEqual([]);
          expect(read).toMatchObject({ nreturned: limit });
          // The product at the position is passed by; each status is a scan of its own.
          expect(read?.docsExamined).toBeLessThanOrEqual(limit + 1);
          expect(read?.keysExamined).toBeLessThanOrEqual(2 * limit);
          expect(read).not.toHaveProperty('hasSortStage');
        }
      }
    },
  );

  it.each([{ category: 'c7' }, { brand: 'b7' }, { tag: 't7' }, { tag: 'all' }])(
    'When a page is read with %j, then only its own products are',
    async (filter) => {
      for (const after of [undefined, positionOf(middle, '-createdAt', [])]) {
        const [read] = await readsOf({ words: [], sort: '-createdAt', status: 'active', after, ...filter });
        expect((read?.docsExamined ?? 0) - (read?.nreturned ?? 0)).toBeLessThanOrEqual(1);
        expect(read).not.toHaveProperty('hasSortStage');
      }
    },
  );

  it('When words are searched, then their index tells where they are', async () => {
    for (const search of ['product 199', '1999', 'nothing', 'pro']) {
      const words = queryWords(search);
      for (const after of [undefined, [0, middle.id], [1, middle.id]] as const) {
        for (const read of await readsOf({ words, sort: 'relevance', status: 'active', after })) {
          expect(read.planSummary).not.toContain('COLLSCAN');
          expect(read.docsExamined).toBeLessThanOrEqual(search === 'pro' ? 2_000 : 60);
        }
      }
    }
  });

  it('When words are in no title, then no product is read to find that out', async () => {
    for (const search of ['b7', 't42', 'b7 t4']) {
      const [titles, others] = await readsOf({ words: queryWords(search), sort: 'relevance', status: 'active' });
      expect(titles).toMatchObject({ docsExamined: 0, nreturned: 0 });
      expect(others?.nreturned).toBeGreaterThan(0);
      expect(others?.docsExamined).toBeLessThanOrEqual(300);
    }
  });

  it('When products are looked up, then only those are read', async () => {
    const [{ id, handle, variants } = aProduct()] = await store.list({ words: [], sort: 'title', limit: 1 });
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
