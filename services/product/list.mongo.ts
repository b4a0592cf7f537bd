import type { ProductStatus } from './domain.ts';
import { titleWordIndex, wordIndex } from './schema.mongo.ts';
import type { Position, Sort } from './search.ts';
import type { ListQuery } from './store.ts';
import { beginsWith, type Words } from './words.mongo.ts';

/**
 * Within one word products lie in the order of their ids. MongoDB merges the orders of so many words and states (its
 * `internalQueryMaxScansToExplode`), so that a page is read and no more, however many products have one of them.
 */
const mostMerged = 200;

const notDeleted: readonly ProductStatus[] = ['active', 'archived', 'draft'];

/** Values are compared with `$eq`: whatever they are, they are no operators. */
export type Filter = Record<string, unknown>;

export interface Order {
  key: 'keys.titleKey' | 'product.createdAt' | 'keys.lowestPrice';
  direction: 1 | -1;
  index: string;
  /** What the names of the indexes end with that have a category, a brand or a tag before the key. */
  within: string;
}

const orders: Record<Exclude<Sort, 'relevance'>, Order> = {
  title: { key: 'keys.titleKey', direction: 1, index: 'by_title', within: '_and_title' },
  '-createdAt': { key: 'product.createdAt', direction: -1, index: 'by_creation', within: '' },
  price: { key: 'keys.lowestPrice', direction: 1, index: 'by_price', within: '_and_price' },
  '-price': { key: 'keys.lowestPrice', direction: -1, index: 'by_price', within: '_and_price' },
};

/** Something that is asked of products. */
export interface Condition {
  filter: Filter;
  /** Leads to those that meet it. */
  index: string;
  /** Has them in the order of the page. */
  orderedIndex: string | undefined;
}

/** Products that fit a query, in one order. A page is made of parts, one after the other until it is full. */
export interface Part {
  conditions: readonly Condition[];
  /** What no index tells. */
  besides: readonly Filter[];
  order: Order | undefined;
  /** Where it begins. */
  after: Position | undefined;
  /** By relevance: what its positions begin with. */
  hits: 0 | 1;
}

/** What lies in one piece in an index. */
export interface Stretch {
  filter: Filter;
  sort: Record<string, 1 | -1>;
}

/** A word of a query, and the words of the catalogue that begin so, unless they are too many. */
interface Sought {
  prefix: string;
  words: readonly string[] | undefined;
}

/** The parts of a page; none where a word of the query begins none of the catalogue. By relevance: title hits, then the others. */
export const partsOf = async (query: ListQuery, known: Pick<Words, 'beginning'>): Promise<Part[]> => {
  const most = Math.floor(mostMerged / (query.status ? 1 : notDeleted.length));
  const sought = await Promise.all(
    query.words.map(async (prefix): Promise<Sought> => ({ prefix, words: await known.beginning(prefix, most) })),
  );
  if (sought.some(({ words }) => words?.length === 0)) return [];
  const { sort, after } = query;
  const order = sort === 'relevance' ? undefined : orders[sort];
  const narrowed = narrowings(query, order);
  const part = {
    conditions: [...hits('words', sought, !order), ...narrowed],
    besides: [],
    order,
    after,
    hits: 0,
  } as const;
  if (order) return [part];
  const inTitle = hits('titleWords', sought, true);
  const titles = { ...part, conditions: [...inTitle, ...narrowed] };
  const others = { ...part, besides: [{ $nor: [{ $and: inTitle.map(({ filter }) => filter) }] }], hits: 1 } as const;
  const begun = after?.[0] ?? 0;
  // Without words every product is a title hit.
  if (sought.length === 0) return begun === 0 ? [titles] : [];
  return begun === 0 ? [titles, { ...others, after: undefined }] : [others];
};

export const statusOf = ({ status }: ListQuery): Filter => ({
  'product.status': status ? { $eq: status } : { $in: [...notDeleted] },
});

const narrowings = (query: ListQuery, order: Order | undefined): Condition[] =>
  (['category', 'brand', 'tag'] as const).flatMap((narrowing) => {
    const value = query[narrowing];
    if (value === undefined) return [];
    const field = narrowing === 'tag' ? 'product.tags' : `product.${narrowing}`;
    const index = `by_${narrowing}`;
    return { filter: { [field]: { $eq: value } }, index, orderedIndex: order && index + order.within };
  });

/** Every word begins one of the field's words. */
const hits = (field: 'words' | 'titleWords', sought: readonly Sought[], isById: boolean): Condition[] => {
  const index = field === 'words' ? wordIndex : titleWordIndex;
  return sought.map(({ prefix, words }) => ({
    filter: { [`keys.${field}`]: words ? { $in: words } : { $elemMatch: beginsWith(prefix) } },
    index,
    orderedIndex: isById && words ? index : undefined,
  }));
};

/** Where a part is read: by a key, what shares the key of the position and has a greater id, then what has a greater key. */
export const stretchesOf = ({ order, after }: Part): Stretch[] => {
  if (!order) return [{ filter: after ? { _id: { $gt: after[1] } } : {}, sort: { _id: 1 } }];
  const { key, direction } = order;
  const sort = { [key]: direction, _id: direction };
  if (!after) return [{ filter: {}, sort }];
  const [value, id] = after;
  const past = direction === 1 ? '$gt' : '$lt';
  return [
    { filter: { [key]: { $eq: value }, _id: { [past]: id } }, sort: { _id: direction } },
    { filter: { [key]: { [past]: value } }, sort },
  ];
};

/** A stretch up to a position, it included. */
export const upTo = ([value, id]: Position, { filter, sort }: Stretch, order: Order | undefined): Stretch[] => {
  const [past, orAt] = order?.direction === -1 ? ['$gt', '$gte'] : ['$lt', '$lte'];
  const within = (...more: Filter[]): Filter => ({ $and: [filter, ...more] });
  if (!order || !(order.key in sort)) return [{ filter: within({ _id: { [orAt]: id } }), sort }];
  return [
    { filter: within({ [order.key]: { [past]: value } }), sort },
    { filter: within({ [order.key]: { $eq: value }, _id: { [orAt]: id } }), sort: { _id: order.direction } },
  ];
};
