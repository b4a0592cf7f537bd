import type { Position, SearchKeys, Sort } from './search.ts';
import type { ListQuery } from './store.ts';

/** What lists look at of a product, computed when it is written. */
export interface Listed {
  id: string;
  status: string;
  category: string;
  brand: string;
  tags: readonly string[];
  keys: SearchKeys;
  /** Epoch milliseconds. */
  createdAt: number;
}

/** The products of a page, in its order. */
export const listOf = <Row extends Listed>(rows: Iterable<Row>, query: ListQuery): Row[] => {
  const { sort, words, after, limit } = query;
  const turn = sort.startsWith('-') ? -1 : 1;
  const placed: { row: Row; place: Place }[] = [];
  for (const row of rows) if (fits(row, query)) placed.push({ row, place: [keyOf(row, sort, words), row.id] });
  placed.sort((a, b) => turn * compare(a.place, b.place));
  const start = after && placeOf(after, sort);
  const further = start ? placed.filter(({ place }) => turn * compare(place, start) > 0) : placed;
  return further.slice(0, limit).map(({ row }) => row);
};

const fits = (row: Listed, { status, category, brand, tag, words }: ListQuery): boolean =>
  row.status !== 'deleted' &&
  (status === undefined || row.status === status) &&
  (category === undefined || row.category === category) &&
  (brand === undefined || row.brand === brand) &&
  (tag === undefined || row.tags.includes(tag)) &&
  beginAll(words, row.keys.words);

/** Whether each of `words` begins one of `known`. */
const beginAll = (words: readonly string[], known: readonly string[]): boolean =>
  words.every((word) => known.some((candidate) => candidate.startsWith(word)));

type Place = readonly [key: number | Buffer, id: string];

const keyOf = ({ keys, createdAt }: Listed, sort: Sort, words: readonly string[]): number | Buffer => {
  if (sort === 'title') return Buffer.from(keys.titleKey);
  if (sort === '-createdAt') return createdAt;
  if (sort === 'relevance') return beginAll(words, keys.titleWords) ? 0 : 1;
  return keys.lowestPrice;
};

const placeOf = ([key, id]: Position, sort: Sort): Place => {
  if (typeof key === 'number') return [key, id];
  return [sort === '-createdAt' ? Date.parse(key) : Buffer.from(key), id];
};

/** Texts by their bytes, hence code point by code point. */
const compare = ([a, idA]: Place, [b, idB]: Place): number => {
  const byKey = Buffer.isBuffer(a) && Buffer.isBuffer(b) ? Buffer.compare(a, b) : Number(a) - Number(b);
  return byKey || (idA < idB ? -1 : Number(idA > idB));
};
