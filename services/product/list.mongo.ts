import { trusted } from 'mongoose';
import type { ProductStatus } from './domain.ts';
import type { Position, Sort } from './search.ts';
import type { ListQuery } from './store.ts';

export type Filter = Record<string, unknown>;

/** One read of products, in the words of `find`. */
export interface Read {
  filter: Filter;
  sort: Record<string, 1 | -1>;
}

const notDeleted: readonly ProductStatus[] = ['active', 'archived', 'draft'];
/** Sorts behind whatever a word may go on with: words are letters, marks and digits. */
const last = '\u{10ffff}';

const orders: Record<Exclude<Sort, 'relevance'>, { key: string; direction: 1 | -1 }> = {
  title: { key: 'keys.titleKey', direction: 1 },
  '-createdAt': { key: 'product.createdAt', direction: -1 },
  price: { key: 'keys.lowestPrice', direction: 1 },
  '-price': { key: 'keys.lowestPrice', direction: -1 },
};

/**
 * The reads that one page of products is made of, one after the other until it is full. Each begins in its index where
 * the page before ended. By relevance these are two: title hits, then the others.
 */
export const listReads = (query: ListQuery): Read[] =>
  query.sort === 'relevance' ? readsByRelevance(query) : [readInOrder(query, orders[query.sort])];

const readInOrder = (query: ListQuery, { key, direction }: { key: string; direction: 1 | -1 }): Read => ({
  filter: all([...conditions(query), ...hits('keys.words', query.words), ...beyond(key, direction, query.after)]),
  sort: { [key]: direction, _id: direction },
});

const readsByRelevance = (query: ListQuery): Read[] => {
  const { words, after } = query;
  const [reached, id] = after ?? [0, undefined];
  const inTitle = hits('keys.titleWords', words);
  const behind = id === undefined ? [] : [{ _id: trusted({ $gt: id }) }];
  const sort = { _id: 1 } as const;
  // Words of the title are words of the product: asked for once, their own index leads to them.
  const titles = { filter: all([...conditions(query), ...inTitle, ...(reached === 0 ? behind : [])]), sort };
  // Without words every product is a title hit.
  if (words.length === 0) return reached === 0 ? [titles] : [];
  const found = [...conditions(query), ...hits('keys.words', words)];
  const others = { filter: all([...found, { $nor: [all(inTitle)] }, ...(reached === 0 ? [] : behind)]), sort };
  return reached === 0 ? [titles, others] : [others];
};

const conditions = ({ status, category, brand, tag }: ListQuery): Filter[] => [
  { 'product.status': status ?? trusted({ $in: [...notDeleted] }) },
  ...(category === undefined ? [] : [{ 'product.category': category }]),
  ...(brand === undefined ? [] : [{ 'product.brand': brand }]),
  ...(tag === undefined ? [] : [{ 'product.tags': tag }]),
];

/** Every word begins one of the field's words. A range and no pattern: nothing in a word means anything but itself. */
const hits = (field: string, words: readonly string[]): Filter[] =>
  words.map((word) => ({ [field]: trusted({ $elemMatch: { $gte: word, $lt: word + last } }) }));

/**
 * What comes after a position: a greater key, or the same and a greater id. The first condition bounds the scan of the
 * index, the second passes by the few before the position that share its key.
 */
const beyond = (key: string, direction: 1 | -1, after: Position | undefined): Filter[] => {
  if (!after) return [];
  const [value, id] = after;
  const [from, past] = direction === 1 ? ['$gte', '$gt'] : ['$lte', '$lt'];
  return [
    { [key]: trusted({ [from]: value }) },
    { $or: [{ [key]: trusted({ [past]: value }) }, { _id: trusted({ [past]: id }) }] },
  ];
};

const all = (filters: readonly Filter[]): Filter => ({ $and: filters });
