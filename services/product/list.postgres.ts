import type { Statement } from '@shop/platform/postgres/postgres.ts';
import type { ProductDocument } from './document.ts';
import { columnsOf, type Order, searchOf } from './search.postgres.ts';
import type { Position, Sort } from './search.ts';
import type { ListQuery } from './store.ts';

const orders: Record<Exclude<Sort, 'relevance'>, Order> = {
  title: { key: 'title_key', type: 'text', direction: 'asc' },
  '-createdAt': { key: 'created_at', type: 'timestamptz', direction: 'desc' },
  price: { key: 'lowest_price', type: 'bigint', direction: 'asc' },
  '-price': { key: 'lowest_price', type: 'bigint', direction: 'desc' },
};

/** Statements of this page size (20, and one to see whether more follows) are prepared; others are rare. */
const preparedLimit = 21;

/**
 * So many products are looked at in the order of a page, and so many that meet its conditions are collected at most. Of
 * what one in two hundred products is, a page of twenty is full by then; what is rarer is in a catalogue of less than a
 * million only so often.
 */
export const mostRead = 4_000;

/** A word of a query: the beginning of any number of words, or the one word of the catalogue that begins so. */
export interface SearchWord {
  text: string;
  isWhole: boolean;
}

/** By relevance: title hits, then the others. */
type Hits = 'all' | 'title' | 'other';

/** A statement that answers a page of products or less, and more rows than one only of them. */
export interface PartOfPage {
  statement(limit: number): Statement;
  /** Where the part stopped, if it did so before it had all that fits. */
  stopIn(rows: readonly FoundRow[]): Position | undefined;
}

export interface FoundRow {
  /** Null: a row that only tells where the part stopped. */
  document: ProductDocument | null;
  stop_key?: string | Date | null;
  stop_id?: string | null;
}

/**
 * What one page of products is made of, one after the other until it is full. By relevance these are two parts, each by
 * id, so that of a word that many products have only a page is read. `words` are those of the query.
 */
export const partsOf = (query: ListQuery, words: readonly SearchWord[], most = mostRead): PartOfPage[] => {
  const order = query.sort === 'relevance' ? undefined : orders[query.sort];
  const reading = (hits: Hits, after: Position | undefined) => partOf({ query, order, words, hits, after, most });
  if (order) return [reading('all', query.after)];
  const [reached, id] = query.after ?? [0, undefined];
  const behind: Position | undefined = id === undefined ? undefined : [reached, id];
  if (words.length === 0) return reached === 0 ? [reading('all', behind)] : [];
  if (reached !== 0) return [reading('other', behind)];
  return [reading('title', behind), reading('other', undefined)];
};

interface Reading {
  query: ListQuery;
  /** None by relevance. */
  order: Order | undefined;
  words: readonly SearchWord[];
  hits: Hits;
  after: Position | undefined;
  most: number;
}

/** What is asked of products. */
interface Conditions {
  values: unknown[];
  /** Those that the index holds in whose order a page is read. */
  ordered: string[];
  /** Behind the page before, in that order. */
  behind: string | undefined;
  /** One that the index of terms tells; of a page by its order alone there is none. */
  term: string | undefined;
  /** What no index tells. */
  besides: string[];
  /** What makes the text of the statement, for its name. */
  shape: string[];
}

/** The condition on `status` stands in the text, because the partial indexes serve only statements that repeat it. */
const conditionsOf = (reading: Reading): Conditions => {
  const { query, order, words, hits, after } = reading;
  const values: unknown[] = [];
  const value = (given: unknown): string => `$${values.push(given)}`;
  const { status, category, brand, tag, sort } = query;
  const ordered = ["status <> 'deleted'"];
  if (status) ordered.push(`status = ${value(status)}`);
  // Each of these orders there is within a category and within a brand, too. Of both one leads.
  const leading = order && (['category', 'brand'] as const).find((name) => query[name] !== undefined);
  if (leading) ordered.push(`${leading} = ${value(query[leading])}`);
  const terms = [...words.map(termOf), ...marksOf(query).map(quoted)];
  const isSearch = terms.length > (leading ? 1 : 0);
  const sought = isSearch ? `${value(terms.join(' & '))}::tsquery` : '';
  const seen = isOneWordOfTitles(reading) ? sought : unseen(sought);
  const given = { status, category, brand, tag, after };
  const names = Object.entries(given).flatMap(([name, one]) => (one === undefined ? [] : name));
  return {
    values,
    ordered,
    behind: after && behind(order, after, value),
    term: isSearch ? `${hits === 'title' ? 'title_words' : 'words'} @@ ${seen}` : undefined,
    besides: hits === 'other' ? [`not title_words @@ ${seen}`] : [],
    shape: [sort, ...names],
  };
};

/** What products are found by besides words, as terms of their index. No word begins with a colon. */
export const marksOf = ({ category, brand, tags = [], tag }: Marked): string[] => [
  ...(category === undefined ? [] : [`:category:${category}`]),
  ...(brand === undefined ? [] : [`:brand:${brand}`]),
  ...[...tags, ...(tag === undefined ? [] : [tag])].map((name) => `:tag:${name}`),
];

interface Marked {
  category?: string;
  brand?: string;
  tags?: readonly string[];
  tag?: string;
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

const termOf = ({ text, isWhole }: SearchWord): string => (isWhole ? quoted(text) : `${quoted(text)}:*`);

/** How many titles have a word, statistics tell, and that tells how to find them. */
const isOneWordOfTitles = ({ query, words, hits }: Reading): boolean =>
  hits === 'title' && words.length === 1 && words.every(({ isWhole }) => isWhole) && marksOf(query).length === 0;

/** A value that plans are made without, so that they begin with the index of terms: that knows best what is rare. */
const unseen = (value: string): string => `(select ${value})`;

const behind = (order: Order | undefined, [key, id]: Position, value: (given: unknown) => string): string => {
  if (!order) return `id > ${value(id)}::uuid`;
  const beyond = order.direction === 'asc' ? '>' : '<';
  return `(${order.key}, id) ${beyond} (${value(key)}::${order.type}, ${value(id)}::uuid)`;
};

const partOf = (reading: Reading): PartOfPage => {
  const { order, hits, most } = reading;
  const { values, ordered, behind, term, besides, shape } = conditionsOf(reading);
  return {
    statement(limit) {
      if (term && !isOneWordOfTitles(reading))
        return { text: searchOf({ ordered, behind, term, besides }, order, { limit, most }), values };
      const all = [...ordered, ...[behind, term].filter((one) => one !== undefined)].join(' and ');
      const text = `select document from products where ${all} order by ${columnsOf(order).by} limit ${Math.trunc(limit)}`;
      const isPrepared = limit === preparedLimit && !term;
      return isPrepared ? { name: `products:${shape.join(':')}`, text, values } : { text, values };
    },
    stopIn([row]) {
      if (!row?.stop_id) return undefined;
      const { stop_key: key, stop_id: id } = row;
      if (!order) return [hits === 'other' ? 1 : 0, id];
      return [order.type === 'bigint' ? Number(key) : key instanceof Date ? key.toISOString() : (key ?? ''), id];
    },
  };
};
