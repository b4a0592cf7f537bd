import { trusted } from 'mongoose';
import type { ProductStatus } from './domain.ts';
import { titleWordIndex, wordIndex } from './schema.mongo.ts';
import type { Sort } from './search.ts';
import type { ListQuery } from './store.ts';
import { beginsWith, type Words } from './words.mongo.ts';

export type Filter = Record<string, unknown>;

/** One read of products, in the words of `find`. */
export interface Read {
  filter: Filter;
  sort: Record<string, 1 | -1>;
  /** The index to use, where it is known to be the best; MongoDB then keeps no plan that another search would suffer from. */
  hint?: string;
}

const notDeleted: readonly ProductStatus[] = ['active', 'archived', 'draft'];

interface Order {
  key: string;
  direction: 1 | -1;
}

const orders: Record<Exclude<Sort, 'relevance'>, Order> = {
  title: { key: 'keys.titleKey', direction: 1 },
  '-createdAt': { key: 'product.createdAt', direction: -1 },
  price: { key: 'keys.lowestPrice', direction: 1 },
  '-price': { key: 'keys.lowestPrice', direction: -1 },
};

/** A word of a query, and the words of the catalogue that begin so, unless they are too many. */
interface Sought {
  prefix: string;
  words: string[] | undefined;
}

/**
 * Within one word products lie in the order of their ids. MongoDB merges the orders of so many words and states (its
 * `internalQueryMaxScansToExplode`), so that a page is read and no more, however many products have one of them.
 */
const mostMerged = 200;

/**
 * The reads that one page of products is made of, one after the other until it is full. Each begins in its index where
 * the page before ended.
 */
export const listReads = async (query: ListQuery, known: Pick<Words, 'beginning'>): Promise<Read[]> => {
  const most = Math.floor(mostMerged / (query.status ? 1 : notDeleted.length));
  const sought = await Promise.all(
    query.words.map(async (prefix): Promise<Sought> => ({ prefix, words: await known.beginning(prefix, most) })),
  );
  return query.sort === 'relevance' ? readsByRelevance(query, sought) : readsInOrder(query, sought, orders[query.sort]);
};

/** By a key: what shares the key of the position and has a greater id, then what has a greater key. */
const readsInOrder = (query: ListQuery, sought: readonly Sought[], { key, direction }: Order): Read[] => {
  const found = [...conditions(query), ...hits('keys.words', sought)];
  const sort = { [key]: direction, _id: direction };
  if (!query.after) return [{ filter: all(found), sort }];
  const [value, id] = query.after;
  const past = direction === 1 ? '$gt' : '$lt';
  return [
    { filter: all([...found, { [key]: value }, { _id: trusted({ [past]: id }) }]), sort: { _id: direction } },
    { filter: all([...found, { [key]: trusted({ [past]: value }) }]), sort },
  ];
};

/** By relevance: title hits, then the others. */
const readsByRelevance = (query: ListQuery, words: readonly Sought[]): Read[] => {
  const { after } = query;
  const [reached, id] = after ?? [0, undefined];
  const inTitle = hits('keys.titleWords', words);
  const behind = id === undefined ? [] : [{ _id: trusted({ $gt: id }) }];
  const isLed = !isNarrowed(query) && words.some((sought) => sought.words);
  const read = (filters: readonly Filter[], hint: string): Read => ({
    filter: all([...conditions(query), ...filters]),
    sort: { _id: 1 },
    ...(isLed && { hint }),
  });
  // Words of the title are words of the product: asked for once, their own index leads to them.
  const titles = read([...inTitle, ...(reached === 0 ? behind : [])], titleWordIndex);
  // Without words every product is a title hit.
  if (words.length === 0) return reached === 0 ? [titles] : [];
  const found = [...hits('keys.words', words), { $nor: [all(inTitle)] }];
  const others = read([...found, ...(reached === 0 ? [] : behind)], wordIndex);
  return reached === 0 ? [titles, others] : [others];
};

/** Whether less than a catalogue is searched: then fewer products may be of the brand, say, than have the words. */
const isNarrowed = ({ category, brand, tag }: ListQuery): boolean =>
  category !== undefined || brand !== undefined || tag !== undefined;

const conditions = ({ status, category, brand, tag }: ListQuery): Filter[] => [
  { 'product.status': status ?? trusted({ $in: [...notDeleted] }) },
  ...(category === undefined ? [] : [{ 'product.category': category }]),
  ...(brand === undefined ? [] : [{ 'product.brand': brand }]),
  ...(tag === undefined ? [] : [{ 'product.tags': tag }]),
];

/** Every word begins one of the field's words. */
const hits = (field: string, sought: readonly Sought[]): Filter[] =>
  sought.map(({ prefix, words }) => ({
    [field]: trusted(words ? { $in: words } : { $elemMatch: beginsWith(prefix) }),
  }));

const all = (filters: readonly Filter[]): Filter => ({ $and: filters });
