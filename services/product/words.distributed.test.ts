import { describe, expect, it } from 'vitest';
import type { Product } from './domain.ts';
import { queryWords, searchKeys } from './search.ts';
import { productsOnMongo } from './testing/mongo.ts';
import { aProduct, saving, unique } from './testing/products.ts';
import { createWords } from './words.mongo.ts';

const { store, words: stored, prepare } = await productsOnMongo();
const words = createWords(stored);

const found = async (search: string): Promise<string[]> => {
  const { products } = await store.list({ words: queryWords(search), sort: 'relevance', limit: 100 });
  return products.map(({ id }) => id);
};
/** Products with a word each that no other has. */
const strangers = (count: number): Product[] =>
  Array.from({ length: count }, () => aProduct({ title: unique('x').replace('-', '') }));

describe('The words of the catalogue', () => {
  it('When a product can be found by its id, then it can by its words, from the first moment', async () => {
    for (const product of strangers(30)) {
      const saved = store.save([saving(product)]);
      while ((await store.byIds([product.id])).length === 0);
      expect(await found(product.title)).toEqual([product.id]);
      await saved;
    }
  });

  it('When many bring the same new word at once, then all are stored, and found by it', async () => {
    const word = unique('new').replace('-', '');
    const many = Array.from({ length: 40 }, () => aProduct({ title: `The ${word}` }));
    const replies = await Promise.all(many.map((product) => store.save([saving(product)])));
    expect(replies.flat().every(({ ok }) => ok)).toBe(true);
    expect(await found(word)).toEqual(many.map(({ id }) => id).sort());
    expect(await stored.countDocuments({ _id: word })).toBe(1);
  });

  it('When more words begin so than are asked for, then nothing is said of them', async () => {
    await words.add(['many', 'many1', 'many2']);
    expect(await words.beginning('many', 3)).toEqual(['many', 'many1', 'many2']);
    expect(await words.beginning('many', 2)).toBeUndefined();
    expect(await words.beginning('manyy', 2)).toEqual([]);
  });

  it('When products were stored before words were kept, then these are gathered at the start, also after a kill', async () => {
    // More than are looked at in one go.
    const many = strangers(1_100);
    await store.save(many.map((product) => saving(product)));
    const [first, last] = [many[0], many.at(-1)] as [Product, Product];
    await stored.deleteMany();
    // As a process leaves it that is killed on the way.
    await words.add(searchKeys(first).words);
    await prepare();
    expect(await found(last.title)).toEqual([last.id]);
    // From then on nothing is gathered any more: whoever stores a product makes its words known.
    await stored.deleteOne({ _id: last.title });
    await prepare();
    expect(await found(last.title)).toEqual([]);
  });
});
