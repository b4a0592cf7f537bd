import type { NewEvent } from '@shop/contracts/events.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { catalogueProduct } from './catalogue-product.ts';
import { changed, type Product, revived, tombstone } from './domain.ts';
import { isTitleHit, type Position, positionOf, queryWords, type Sort, searchKeys, sorts } from './search.ts';
import type { ListQuery, ProductStore, Save } from './store.ts';
import { aDraft, aProduct, aVariant, saving } from './testing/products.ts';

/** An empty store, and what it has yet to publish, in the order of each key. */
export interface StoreUnderTest {
  store: ProductStore;
  pending(): Promise<NewEvent[]>;
}

const later = '2026-02-02T00:00:00.000Z';
const skusOf = (product: Product): string[] => product.variants.map(({ sku }) => sku);

/** Every adapter of the port passes these. `empty` is called before each test. */
export const productStoreConformance = (adapter: string, empty: () => Promise<StoreUnderTest>): void => {
  let store: ProductStore;
  let pending: StoreUnderTest['pending'];

  beforeEach(async () => {
    ({ store, pending } = await empty());
  });

  const saved = async (...products: Product[]): Promise<void> => {
    expect(await store.save(products.map((product) => saving(product)))).toEqual(products.map(() => ({ ok: true })));
  };
  const stored = async (id: string): Promise<Product | undefined> => (await store.byIds([id]))[0];

  describe(`${adapter}: products`, () => {
    it('When a product is saved, then it is found by id, handle and SKU exactly as it was', async () => {
      const product = aProduct({
        title: 'Ünïcode “mug” 杯 🏔',
        description: 'One\nTwo',
        images: [{ url: '/mug.svg', alt: '' }],
        attributes: { 'b.c': 1, $a: true, '10': 'ten', '': 'blank', constructor: 'x' },
        variants: [aVariant({ options: { Size: 'XL', Colour: 'red', a: '1' }, imageUrl: '/red.svg', initialStock: 7 })],
      });
      await saved(product);
      for (const [found] of [
        await store.byIds([product.id]),
        await store.byHandles([product.handle]),
        await store.bySkus(skusOf(product)),
      ]) {
        expect(found).toEqual(product);
        expect(JSON.stringify(found?.attributes)).toBe(JSON.stringify(product.attributes));
        expect(Object.keys(found?.variants[0]?.options ?? {})).toEqual(['Size', 'Colour', 'a']);
      }
    });

    it('When what was saved or found is changed by its holder, then what is stored stays as it was', async () => {
      const product = aProduct({ tags: ['mug'] });
      const before = structuredClone(product);
      await saved(product);
      product.tags.push('stolen');
      (await stored(product.id))?.tags.push('lost');
      expect(await stored(product.id)).toEqual(before);
    });

    it('When nothing is asked for or nothing is known, then nothing is found', async () => {
      expect(await store.save([])).toEqual([]);
      expect(await store.byIds([])).toEqual([]);
      expect(await store.byIds(['01900000-0000-7000-8000-0000000000ff'])).toEqual([]);
      expect(await store.byHandles(['nobody'])).toEqual([]);
      expect(await store.bySkus(['NOBODY'])).toEqual([]);
      expect(await store.takenHandles(['nobody'])).toEqual([]);
      expect(await store.facets(10)).toEqual({ categories: [], brands: [] });
    });

    it('When a product is saved, then its event waits with the whole product; a refused save leaves none', async () => {
      const product = aProduct({ variants: [aVariant({ initialStock: 3 })] });
      await saved(product);
      const twin = aProduct({ handle: product.handle });
      expect(await store.save([saving(twin)])).toMatchObject([{ ok: false, code: 'HANDLE_TAKEN' }]);
      const next = changed(product, { title: 'New' }, later);
      expect(await store.save([saving(next, product)])).toEqual([{ ok: true }]);
      expect(await store.save([saving(next, product)])).toMatchObject([{ ok: false, code: 'VERSION_CONFLICT' }]);
      expect(await pending()).toEqual([
        { type: 'product.created', key: product.id, data: catalogueProduct(product) },
        { type: 'product.updated', key: product.id, data: catalogueProduct(next) },
      ]);
      expect(await stored(twin.id)).toBeUndefined();
    });

    it('When many save from the same version at once, then one gets through and the others are told', async () => {
      const product = aProduct();
      await saved(product);
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          store.save([saving(changed(product, { title: `T${n}` }, later), product)]),
        ),
      );
      expect(replies.flat().filter(({ ok }) => ok)).toHaveLength(1);
      expect(replies.flat().filter((reply) => !reply.ok && reply.code === 'VERSION_CONFLICT')).toHaveLength(19);
      expect((await stored(product.id))?.version).toBe(2);
      expect(await pending()).toHaveLength(2);
    });

    it('When a product is deleted, then only its tombstone is found, by id and handle', async () => {
      const product = aProduct({ category: 'Kitchen', brand: 'Peak' });
      await saved(product);
      const grave = tombstone(product, later);
      expect(await store.save([saving(grave, product, 'product.deleted')])).toEqual([{ ok: true }]);
      expect(await store.byIds([product.id])).toEqual([grave]);
      expect(await store.byHandles([product.handle])).toEqual([grave]);
      expect(await store.takenHandles([product.handle])).toEqual([product.handle]);
      expect(await store.bySkus(skusOf(product))).toEqual([]);
      expect(await store.list({ words: [], sort: 'title', limit: 10 })).toEqual({ products: [] });
      expect(await store.facets(10)).toEqual({ categories: [], brands: [] });
    });
  });

  describe(`${adapter}: handles and SKUs`, () => {
    it('When many take one handle at once, then one gets it', async () => {
      const replies = await Promise.all(
        Array.from({ length: 40 }, () => store.save([saving(aProduct({ handle: 'same' }))])),
      );
      expect(replies.flat().filter(({ ok }) => ok)).toHaveLength(1);
      expect(replies.flat().filter((reply) => !reply.ok && reply.code === 'HANDLE_TAKEN')).toHaveLength(39);
      expect(await pending()).toHaveLength(1);
    });

    it('When a product takes the handle of another, then it is refused and stays as it was', async () => {
      const [one, two] = [aProduct(), aProduct()];
      await saved(one, two);
      const next = changed(two, { handle: one.handle, title: 'Thief' }, later);
      expect(await store.save([saving(next, two)])).toMatchObject([{ ok: false, code: 'HANDLE_TAKEN' }]);
      expect(await stored(two.id)).toEqual(two);
    });

    it('When many claim one SKU at once, then one gets it and nothing of the others is left', async () => {
      const others = Array.from({ length: 40 }, () => aProduct({ variants: [aVariant(), aVariant({ sku: 'SAME' })] }));
      const replies = (await Promise.all(others.map((product) => store.save([saving(product)])))).flat();
      const losers = others.filter((_, index) => !replies[index]?.ok);
      expect(losers).toHaveLength(39);
      for (const reply of replies.filter(({ ok }) => !ok)) {
        expect(reply).toMatchObject({ code: 'SKU_TAKEN', errors: [{ sku: 'SAME' }] });
      }
      expect(await store.byIds(losers.map(({ id }) => id))).toEqual([]);
      expect(await pending()).toHaveLength(1);
      // The SKU that a loser did not share is still free.
      const free = losers[0]?.variants[0]?.sku ?? '';
      await saved(aProduct({ variants: [aVariant({ sku: free })] }));
    });

    it('When a variant is gone, then its SKU stays with its product, which may take it up again', async () => {
      const product = aProduct({ variants: [aVariant({ sku: 'OLD', initialStock: 5 }), aVariant({ sku: 'KEPT' })] });
      await saved(product);
      const without = changed(product, { variants: [aVariant({ sku: 'KEPT' })] }, later);
      expect(await store.save([saving(without, product)])).toEqual([{ ok: true }]);
      expect(await store.bySkus(['OLD'])).toEqual([]);
      const other = aProduct({ variants: [aVariant({ sku: 'OLD' })] });
      expect(await store.save([saving(other)])).toMatchObject([{ code: 'SKU_TAKEN', errors: [{ sku: 'OLD' }] }]);
      const again = changed(without, { variants: [aVariant({ sku: 'OLD', initialStock: 99 })] }, later);
      expect(await store.save([saving(again, without)])).toEqual([{ ok: true }]);
      expect((await pending()).at(-1)?.data).toMatchObject({ variants: [{ sku: 'OLD', initialStock: 5 }] });
    });

    it('When a product is deleted, then its SKUs and handle stay taken, and it can be revived under its id', async () => {
      const product = aProduct({ variants: [aVariant({ sku: 'GONE' })] });
      await saved(product);
      const grave = tombstone(product, later);
      await store.save([saving(grave, product, 'product.deleted')]);
      const thief = aProduct({ variants: [aVariant({ sku: 'GONE' })] });
      expect(await store.save([saving(thief)])).toMatchObject([{ code: 'SKU_TAKEN', errors: [{ sku: 'GONE' }] }]);
      const squatter = aProduct({ handle: product.handle });
      expect(await store.save([saving(squatter)])).toMatchObject([{ code: 'HANDLE_TAKEN' }]);
      const back = revived(grave, aDraft({ variants: [aVariant({ sku: 'GONE' })] }), 'USD', later);
      expect(await store.save([saving(back, grave)])).toEqual([{ ok: true }]);
      expect(await store.bySkus(['GONE'])).toMatchObject([{ id: product.id, version: 3, status: 'active' }]);
    });

    it('When some of a batch are refused, then all others are written whole, in the order asked', async () => {
      const holder = aProduct({ variants: [aVariant({ sku: 'HELD' })] });
      const stale = aProduct();
      await saved(holder, stale);
      await store.save([saving(changed(stale, { title: 'moved on' }, later), stale)]);
      const first = aProduct({ variants: [aVariant({ sku: 'TWICE' })] });
      const batch: Save[] = [
        saving(first),
        saving(aProduct({ variants: [aVariant({ sku: 'FREE' }), aVariant({ sku: 'HELD' })] })),
        saving(aProduct({ variants: [aVariant({ sku: 'TWICE' })] })),
        saving(aProduct({ handle: holder.handle })),
        saving(changed(stale, { title: 'late' }, later), stale),
        saving(changed(holder, { title: 'Holder' }, later), holder),
        saving(aProduct({ variants: [aVariant({ sku: 'FREE' })] })),
      ];
      const codes = (await store.save(batch)).map((reply) => (reply.ok ? 'ok' : reply.code));
      expect(codes).toEqual(['ok', 'SKU_TAKEN', 'SKU_TAKEN', 'HANDLE_TAKEN', 'VERSION_CONFLICT', 'ok', 'ok']);
      for (const [index, { product }] of batch.entries()) {
        const found = await stored(product.id);
        if (codes[index] === 'ok') expect(found).toEqual(product);
        else expect(found?.title).toBe(product.id === stale.id ? 'moved on' : undefined);
      }
      expect(await pending()).toHaveLength(6);
    });
  });

  describe(`${adapter}: lists`, () => {
    // With what means something in the query languages of stores.
    const cafe = "Café d'\\été & :*";
    const titles = ['Zebra mug', 'apple', 'Äpfel', 'Éclair MUG', 'mugs', '杯子 mug', '🏔 peak', 'smug', 'straße', 'Mug'];
    const catalogue = Array.from({ length: 60 }, (_, n) =>
      aProduct({
        title: titles[n % titles.length] ?? '',
        brand: ['Peak', 'Mugworks', ''][n % 3],
        category: ['Kitchen', cafe, ''][n % 3],
        tags: n % 4 === 0 ? ['mug', 'new'] : n % 4 === 1 ? ['Ｓａｌｅ'] : [],
        status: n % 7 === 0 ? 'draft' : n % 11 === 0 ? 'archived' : 'active',
        variants: [aVariant({ price: 1000 + (n % 5) * 100 }), aVariant({ sku: `MUG-${n}-Ⅷ`, price: 5000 })],
        createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, n % 9)).toISOString(),
      }),
    );

    const bytes = (key: string | number) => (typeof key === 'number' ? key : Buffer.from(key));
    const compare = (a: Position, b: Position): number => {
      const [x, y] = [bytes(a[0]), bytes(b[0])];
      const byKey = Buffer.isBuffer(x) ? Buffer.compare(x, y as Buffer) : x - (y as number);
      return byKey || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0);
    };
    /** What a list is by definition: everything that fits, in order. */
    const expected = (
      all: readonly Product[],
      { words, sort, status, category, brand, tag }: Omit<ListQuery, 'limit'>,
    ) => {
      const found = all.filter((product) => {
        if (product.status === 'deleted' || (status && product.status !== status)) return false;
        if (category !== undefined && product.category !== category) return false;
        if (brand !== undefined && product.brand !== brand) return false;
        if (tag !== undefined && !product.tags.includes(tag)) return false;
        const known = searchKeys(product).words;
        return words.every((word) => known.some((candidate) => candidate.startsWith(word)));
      });
      const turn = sort.startsWith('-') ? -1 : 1;
      return found.sort((a, b) => turn * compare(positionOf(a, sort, words), positionOf(b, sort, words)));
    };
    const walk = async (query: Omit<ListQuery, 'limit' | 'after'>, between = async () => {}): Promise<Product[]> => {
      const seen: Product[] = [];
      for (let after: Position | undefined; ; ) {
        const { products, readTo } = await store.list({ ...query, ...(after && { after }), limit: 7 });
        seen.push(...products);
        const last = products.length === 7 ? products.at(-1) : undefined;
        after = last ? positionOf(last, query.sort, query.words) : readTo;
        if (!after) return seen;
        await between();
      }
    };

    it.each(sorts)(
      'When pages are read by %s, then they are the whole list in order, under every filter',
      async (sort) => {
        await saved(...catalogue);
        const filters: Partial<ListQuery>[] = [
          {},
          { status: 'active' },
          { status: 'draft' },
          { category: cafe, status: 'active' },
          { category: cafe, brand: 'Mugworks' },
          { category: cafe, words: queryWords('mug'), tag: 'Ｓａｌｅ' },
          { brand: 'Mugworks' },
          { tag: 'mug', brand: 'Peak' },
          { category: '' },
          ...['mug', 'MU', 'mug peak', 'sale', 'viii', 'mug-1', 'äp', 'cafe', '杯', 'nothing', 'straß'].map(
            (search) => ({
              words: queryWords(search),
            }),
          ),
        ];
        for (const filter of filters) {
          const query = { words: [], sort, ...filter };
          const ids = (await walk(query)).map(({ id }) => id);
          expect(ids, JSON.stringify(filter)).toEqual(expected(catalogue, query).map(({ id }) => id));
        }
      },
    );

    it('When words are searched, then title hits come first', async () => {
      await saved(...catalogue);
      const words = queryWords('mug');
      const hits = (await walk({ words, sort: 'relevance' })).map((found) => isTitleHit(found, words));
      expect(hits.indexOf(false)).toBe(hits.filter(Boolean).length);
      expect(hits).toHaveLength(60);
    });

    it.each<Sort>([...sorts])(
      'When products come, go and change between pages by %s, then the others are each seen once',
      async (sort) => {
        await saved(...catalogue);
        const touched = new Set<string>();
        const words = sort === 'relevance' ? queryWords('mug') : [];
        const left = [...catalogue];
        const between = async () => {
          const [goes, changes] = left.splice(0, 2);
          const comes = aProduct({ title: 'mug', variants: [aVariant({ price: 1200 })], createdAt: later });
          if (!goes || !changes) return;
          const moved = changed(changes, { title: `${changes.title} zz`, variants: [aVariant({ price: 9 })] }, later);
          await store.save([
            saving(comes),
            saving(tombstone(goes, later), goes, 'product.deleted'),
            saving(moved, changes),
          ]);
          for (const { id } of [goes, changes, comes]) touched.add(id);
        };
        const seen = (await walk({ words, sort }, between)).map(({ id }) => id).filter((id) => !touched.has(id));
        const untouched = expected(catalogue, { words, sort }).filter(({ id }) => !touched.has(id));
        expect(seen).toEqual(untouched.map(({ id }) => id));
      },
    );

    it('When facets are asked for, then active products count, the most frequent first', async () => {
      await saved(
        aProduct({ category: 'B', brand: 'Peak' }),
        aProduct({ category: 'A', brand: 'Peak' }),
        aProduct({ category: 'C', brand: '' }),
        aProduct({ category: 'C', brand: 'Äon' }),
        aProduct({ category: 'C', brand: 'Zed', status: 'draft' }),
        aProduct({ category: 'D', status: 'archived' }),
      );
      const brands = [
        { name: 'Peak', count: 2 },
        { name: 'Äon', count: 1 },
      ];
      const categories = [
        { name: 'C', count: 2 },
        { name: 'A', count: 1 },
        { name: 'B', count: 1 },
      ];
      expect(await store.facets(10)).toEqual({ categories, brands });
      expect((await store.facets(2)).categories).toEqual(categories.slice(0, 2));
    });
  });
};
