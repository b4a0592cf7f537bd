import { expect, it } from 'vitest';
import { aProduct, saving } from './testing/products.ts';
import { serveProducts } from './testing/served.ts';

const { store, anyone } = await serveProducts({ most: 10 });

const pagesOf = async (query: string): Promise<{ items: { id: string }[]; nextCursor: string | null }[]> => {
  const pages = [];
  for (let cursor: string | null = ''; cursor !== null; cursor = pages.at(-1).nextCursor) {
    const { status, body } = await anyone('GET', `/products?${query}${cursor && `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    pages.push(body);
  }
  return pages;
};

it('When what is sought lies behind more than a page looks at, then pages say where to go on until all is found', async () => {
  const others = Array.from({ length: 40 }, () => aProduct({ title: 'Blue mug' }));
  const sought = Array.from({ length: 20 }, () => aProduct({ title: 'Blue lamp', brand: 'Mugworks' }));
  const tagged = Array.from({ length: 20 }, () => aProduct({ title: 'Green lamp', tags: ['Blue', 'Mug'] }));
  const all = [...others, ...sought, ...tagged];
  await store.save(all.map((product) => saving(product)));
  const ids = (products: readonly { id: string }[]) => products.map(({ id }) => id);

  for (const [query, found] of [
    ['search=lamp blue&limit=5', [...sought, ...tagged]],
    ['search=green lamp&limit=5&sort=title', tagged],
    ['search=mugworks&limit=100', sought],
  ] as const) {
    const pages = await pagesOf(query);
    expect(ids(pages.flatMap(({ items }) => items))).toEqual(ids(found));
    expect(pages.some(({ items, nextCursor }) => items.length < 5 && nextCursor !== null)).toBe(true);
  }
});
