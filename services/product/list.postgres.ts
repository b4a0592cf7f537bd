import type { Statement } from '@shop/platform/postgres/postgres.ts';
import type { Sort } from './search.ts';
import type { ListQuery } from './store.ts';

interface Order {
  /** The first sort key; the id is the second, in the same direction. */
  key: string;
  type: 'bigint' | 'text' | 'timestamptz';
  direction: 'asc' | 'desc';
}

const orders: Record<Exclude<Sort, 'relevance'>, Order> = {
  title: { key: 'title_key', type: 'text', direction: 'asc' },
  '-createdAt': { key: 'created_at', type: 'timestamptz', direction: 'desc' },
  price: { key: 'lowest_price', type: 'bigint', direction: 'asc' },
  '-price': { key: 'lowest_price', type: 'bigint', direction: 'desc' },
};

/** Statements of this page size (20, and one to see whether more follows) are prepared; others are rare. */
const preparedLimit = 21;

/**
 * The statements that one page of products is made of, one after the other until it is full, each of at most `limit`
 * rows. By relevance these are two: title hits, then the others; each by id, so that of a word that many products have
 * only a page is read.
 */
export const listStatements = (query: ListQuery): ((limit: number) => Statement)[] => {
  if (query.sort !== 'relevance') return [inOrder(query, orders[query.sort])];
  const [reached, id] = query.after ?? [0, undefined];
  if (query.words.length === 0) return reached === 0 ? [byId(query, 'all', id)] : [];
  if (reached === 0) return [byId(query, 'title', id), byId(query, 'other', undefined)];
  return [byId(query, 'other', id)];
};

const inOrder = (query: ListQuery, { key, type, direction }: Order): ((limit: number) => Statement) => {
  const parts = filtered(query, query.sort);
  if (query.words.length > 0) parts.where('words', `words @@ ${parts.value(prefixes(query.words))}::tsquery`);
  if (query.after) {
    const [value, id] = query.after;
    const beyond = direction === 'asc' ? '>' : '<';
    parts.where('after', `(${key}, id) ${beyond} (${parts.value(value)}::${type}, ${parts.value(id)}::uuid)`);
  }
  return statement(parts, `${key} ${direction}, id ${direction}`);
};

const byId = (query: ListQuery, hits: 'all' | 'title' | 'other', after: string | undefined) => {
  const parts = filtered(query, `relevance:${hits}`);
  if (hits !== 'all') {
    const words = `${parts.value(prefixes(query.words))}::tsquery`;
    parts.where(
      'words',
      hits === 'title' ? `title_words @@ ${words}` : `words @@ ${words} and not title_words @@ ${words}`,
    );
  }
  if (after !== undefined) parts.where('after', `id > ${parts.value(after)}::uuid`);
  return statement(parts, 'id');
};

interface Parts {
  values: unknown[];
  conditions: string[];
  /** What makes the text of the statement, for its name. */
  shape: string[];
  value(given: unknown): string;
  where(name: string, condition: string): void;
}

/** The condition on `status` stands in the text, because the partial indexes serve only statements that repeat it. */
const filtered = (query: ListQuery, order: string): Parts => {
  const values: unknown[] = [];
  const conditions = ["status <> 'deleted'"];
  const shape = [order];
  const value = (given: unknown): string => `$${values.push(given)}`;
  const where = (name: string, condition: string): void => {
    conditions.push(condition);
    shape.push(name);
  };
  if (query.status) where('status', `status = ${value(query.status)}`);
  if (query.category !== undefined) where('category', `category = ${value(query.category)}`);
  if (query.brand !== undefined) where('brand', `brand = ${value(query.brand)}`);
  if (query.tag !== undefined) where('tag', `tags @> array[${value(query.tag)}]`);
  return { values, conditions, shape, value, where };
};

/** Where words are sought the plan depends on how frequent they are: such statements are not prepared. */
const statement =
  ({ values, conditions, shape }: Parts, order: string) =>
  (limit: number): Statement => {
    const text = `select document from products where ${conditions.join(' and ')} order by ${order} limit ${Math.trunc(limit)}`;
    const isPrepared = limit === preparedLimit && !shape.includes('words');
    return isPrepared ? { name: `products:${shape.join(':')}`, text, values } : { text, values };
  };

/** Every word as a prefix. Words are letters, marks and digits alone, so the quotes hold. */
const prefixes = (words: readonly string[]): string => words.map((word) => `'${word}':*`).join(' & ');
