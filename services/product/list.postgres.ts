import type { Statement } from '@shop/platform/postgres/postgres.ts';
import type { Sort } from './search.ts';
import type { ListQuery } from './store.ts';

interface Order {
  /** The first sort key; the id is the second, in the same direction. */
  key: string;
  type: 'integer' | 'bigint' | 'text' | 'timestamptz';
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
 * One page of products, read through the index of its order (or of its words, category, brand or tag). The condition
 * on `status` stands in the text, because the partial indexes serve only statements that repeat it.
 */
export const listStatement = (query: ListQuery): Statement => {
  const values: unknown[] = [];
  const value = (given: unknown): string => `$${values.push(given)}`;
  const conditions = ["status <> 'deleted'"];
  const shape: string[] = [query.sort];
  const where = (name: string, condition: string) => {
    conditions.push(condition);
    shape.push(name);
  };

  if (query.status) where('status', `status = ${value(query.status)}`);
  if (query.category !== undefined) where('category', `category = ${value(query.category)}`);
  if (query.brand !== undefined) where('brand', `brand = ${value(query.brand)}`);
  if (query.tag !== undefined) where('tag', `tags @> array[${value(query.tag)}]`);
  const words = query.words.length > 0 ? `${value(prefixes(query.words))}::tsquery` : undefined;
  if (words) where('words', `words @@ ${words}`);
  const order: Order =
    query.sort === 'relevance' ? { key: relevance(words), type: 'integer', direction: 'asc' } : orders[query.sort];
  if (query.after) {
    const [key, id] = query.after;
    const beyond = order.direction === 'asc' ? '>' : '<';
    where('after', `(${order.key}, id) ${beyond} (${value(key)}::${order.type}, ${value(id)}::uuid)`);
  }

  const { direction } = order;
  const limit = Math.trunc(query.limit);
  const text = `select document from products where ${conditions.join(' and ')} order by ${order.key} ${direction}, id ${direction} limit ${limit}`;
  return limit === preparedLimit ? { name: `products:${shape.join(':')}`, text, values } : { text, values };
};

/** Title hits come first. Without words all products are alike, and a constant must not look like a column number. */
const relevance = (words: string | undefined): string =>
  words ? `(case when title_words @@ ${words} then 0 else 1 end)` : '(status is null)::integer';

/** Every word as a prefix. Words are letters, marks and digits alone, so the quotes hold. */
const prefixes = (words: readonly string[]): string => words.map((word) => `'${word}':*`).join(' & ');
