import { isMoment } from '@shop/platform/http/pages.ts';
import { lowestPrice, type Product } from './domain.ts';

/**
 * Search and order of the catalogue. Everything that a store compares is computed here and stored, so that every
 * store answers alike: words and keys are compared code point by code point, by no language's rules.
 */
export const sorts = ['relevance', 'title', '-createdAt', 'price', '-price'] as const;
export type Sort = (typeof sorts)[number];

/** Only this many characters of a word count, in products and in queries. */
const longestWord = 64;
/** Only this many words of a query count. */
const longestQuery = 16;
const longestTitleKey = 200;

const firstCharacters = (text: string, count: number): string =>
  text.length <= count ? text : [...text].slice(0, count).join('');

const normal = (text: string): string => text.normalize('NFKC').toLowerCase().normalize('NFKC');

/** The distinct lower-cased NFKC words of a text: runs of letters (with their marks) and digits. */
export const wordsOf = (...texts: readonly string[]): string[] => {
  const found = texts.flatMap((text) => normal(text).match(/[\p{L}\p{M}\p{N}]+/gu) ?? []);
  return [...new Set(found.map((word) => firstCharacters(word, longestWord)))];
};

/** The words of a query; none means that it asks for nothing in particular. */
export const queryWords = (search: string | undefined): string[] => wordsOf(search ?? '').slice(0, longestQuery);

export interface SearchKeys {
  /** Words of title, brand, tags and SKUs. */
  words: string[];
  titleWords: string[];
  /** What titles sort by: lower case, without accents. */
  titleKey: string;
  lowestPrice: number;
}

/** What a store keeps beside a product to find and to order it. */
export const searchKeys = (product: Product): SearchKeys => ({
  words: wordsOf(product.title, product.brand, ...product.tags, ...product.variants.map(({ sku }) => sku)),
  titleWords: wordsOf(product.title),
  titleKey: titleKey(product.title),
  lowestPrice: lowestPrice(product),
});

export const titleKey = (title: string): string =>
  firstCharacters(
    title
      .normalize('NFKD')
      .toLowerCase()
      // Only marks on Latin, Greek and Cyrillic letters: elsewhere they are vowels.
      .replace(/[\u0300-\u036f]/g, '')
      .normalize('NFKC')
      .replace(/\s+/g, ' ')
      .trim(),
    longestTitleKey,
  );

/** Whether every word begins a word of the title; such hits come first. */
export const isTitleHit = (product: Product, words: readonly string[]): boolean => {
  const title = wordsOf(product.title);
  return words.every((word) => title.some((candidate) => candidate.startsWith(word)));
};

/** The sort key of a product and its id, which settles ties: where a page ends and the next one begins. */
export type Position = readonly [key: string | number, id: string];

export const positionOf = (product: Product, sort: Sort, words: readonly string[]): Position => {
  const keys: Record<Sort, () => string | number> = {
    relevance: () => (isTitleHit(product, words) ? 0 : 1),
    title: () => titleKey(product.title),
    '-createdAt': () => product.createdAt,
    price: () => lowestPrice(product),
    '-price': () => lowestPrice(product),
  };
  return [keys[sort](), product.id];
};

const uuidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads a position from a cursor, which anyone may have written; undefined when it is none of this sort. */
export const readPosition = (parts: readonly unknown[], sort: Sort): Position | undefined => {
  const [key, id] = parts;
  if (parts.length !== 2 || typeof id !== 'string' || !uuidShape.test(id)) return undefined;
  if (sort === 'title') return typeof key === 'string' && key.isWellFormed() ? [key, id] : undefined;
  if (sort === '-createdAt') return isMoment(key) ? [key, id] : undefined;
  if (sort === 'relevance') return key === 0 || key === 1 ? [key, id] : undefined;
  return typeof key === 'number' && Number.isSafeInteger(key) ? [key, id] : undefined;
};
