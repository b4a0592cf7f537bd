import type { Postgres, Tx } from '@shop/platform/postgres/postgres.ts';
import type { SearchWord } from './list.postgres.ts';
import { lastOf } from './words.ts';

/** Makes words known, in the transaction of the products that have them; in one order, so that no two wait for each other. */
export const addWords = async (tx: Tx, words: readonly string[]): Promise<void> => {
  const text = `insert into words select distinct w collate "C" as word from unnest($1::text[]) w order by word on conflict do nothing`;
  await tx.query({ name: 'add-words', text, values: [words] });
};

/**
 * The words of a search as the catalogue has them; undefined where no word of it begins as one of them. A word that is
 * the only one to begin so is asked for as it is: of a beginning, all that the index has under it is read.
 */
export const searchWords = async (
  pg: Pick<Postgres, 'query'>,
  prefixes: readonly string[],
): Promise<SearchWord[] | undefined> => {
  if (prefixes.length === 0) return [];
  const rows = await pg.query<{ prefix: string; words: string[] }>({
    name: 'search-words',
    text: `select prefix, array(select word from words where word >= prefix and word < last order by word limit 2) as words
      from unnest($1::text[], $2::text[]) as t(prefix, last)`,
    values: [prefixes, prefixes.map(lastOf)],
  });
  const found = new Map(rows.map(({ prefix, words }) => [prefix, words]));
  const sought = prefixes.map((prefix): SearchWord | undefined => {
    const [only, ...more] = found.get(prefix) ?? [];
    if (only === undefined) return undefined;
    return more.length > 0 ? { text: prefix, isWhole: false } : { text: only, isWhole: true };
  });
  return sought.every((word) => word !== undefined) ? sought : undefined;
};
