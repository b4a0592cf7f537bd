import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTitleHit, positionOf, queryWords, readPosition, searchKeys, sorts, titleKey, wordsOf } from './search.ts';
import { aProduct, aVariant } from './testing/products.ts';

describe('words', () => {
  it.each([
    ['Trail-Mug (350 ml)', ['trail', 'mug', '350', 'ml']],
    ['ＦＵＬＬ width ﬁne ½', ['full', 'width', 'fine', '1', '2']],
    ['Crème brûlée', ['crème', 'brûlée']],
    ['हिन्दी 杯子 Кружка', ['हिन्दी', '杯子', 'кружка']],
    ['a A ａ', ['a']],
    ["don't – “stop”_now 🏔", ['don', 't', 'stop', 'now']],
    ['', []],
    ['?! ---', []],
  ])('When the text is %j, then its words are %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('When accents are composed in another way, then the words are the same', () => {
    expect(wordsOf('cafe\u0301')).toEqual(wordsOf('caf\u00e9'));
  });

  it('When text is any Unicode, then every word finds it by each of its beginnings', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(), (title, seed) => {
        const product = aProduct({ title });
        const { words, titleWords } = searchKeys(product);
        for (const word of titleWords) {
          const letters = [...word];
          const query = queryWords(letters.slice(0, 1 + (seed % letters.length)).join(''));
          expect(query.every((part) => words.some((candidate) => candidate.startsWith(part)))).toBe(true);
          expect(isTitleHit(product, query)).toBe(true);
        }
      }),
    );
  });

  it('When a product has brand, tags and SKUs, then their words count, but only the title makes a title hit', () => {
    const product = aProduct({
      title: 'Mug',
      brand: 'Peak',
      tags: ['New'],
      variants: [aVariant({ sku: 'TM-BLUE/01' })],
    });
    expect(searchKeys(product).words).toEqual(['mug', 'peak', 'new', 'tm', 'blue', '01']);
    expect(isTitleHit(product, ['mu'])).toBe(true);
    expect(isTitleHit(product, ['mu', 'pe'])).toBe(false);
  });

  it('When a word is endless or a query has very many, then only their beginnings count', () => {
    expect(wordsOf('x'.repeat(5000))).toEqual(['x'.repeat(64)]);
    expect(queryWords(Array.from({ length: 50 }, (_, n) => `w${n}`).join(' '))).toHaveLength(16);
  });
});

describe('order', () => {
  it('When titles differ in case and accents alone, then they sort together', () => {
    expect(['Zebra', 'éclair', 'Eclair', 'apple'].map(titleKey).sort()).toEqual(['apple', 'eclair', 'eclair', 'zebra']);
    expect([...titleKey('ﷺ'.repeat(255))]).toHaveLength(200);
  });

  it('When a position comes back from a cursor, then it is the same; when it is forged, then it is none', () => {
    const product = aProduct();
    for (const sort of sorts) {
      const position = [...positionOf(product, sort, ['mug'])];
      expect(readPosition(position, sort)).toEqual(position);
      for (const forged of [[], [1], [null, product.id], [{}, product.id], ['\ud800', product.id], [1.5, product.id]]) {
        expect(readPosition(forged, sort)).toBeUndefined();
      }
      expect(readPosition([position[0], 'no id'], sort)).toBeUndefined();
      expect(readPosition([...position, 1], sort)).toBeUndefined();
    }
    expect(readPosition(['2026-13-01T00:00:00.000Z', product.id], '-createdAt')).toBeUndefined();
  });
});
