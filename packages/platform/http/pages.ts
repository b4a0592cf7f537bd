import { createHash } from 'node:crypto';
import { Problem } from '@shop/contracts/problems.ts';

/**
 * Keyset cursors: the position of the last row of a page, bound to the list and the filters it was made for, so that
 * a cursor can't carry on another list. They are not secret and not signed: a forged one shows only what its bearer
 * may list anyway.
 */
const fingerprint = (listName: string, filters: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify([listName, sorted(filters)]))
    .digest('base64url')
    .slice(0, 12);

/** The same filters in another order are the same list; absent ones count as never given. */
const sorted = (filters: unknown): unknown => {
  if (filters === null || typeof filters !== 'object' || filters instanceof Date) return filters;
  if (Array.isArray(filters)) return filters.map(sorted);
  return Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, sorted(value)])
    .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1));
};

/** The text that continues the list `listName` with `filters` after `position`. Positions are JSON. */
export const encodeCursor = (listName: string, filters: unknown, position: unknown[]): string =>
  Buffer.from(JSON.stringify([fingerprint(listName, filters), ...position])).toString('base64url');

/**
 * The position in a cursor, or undefined without one.
 * @throws Problem INVALID_CURSOR when it is malformed or made for another list or other filters.
 */
export const decodeCursor = (listName: string, filters: unknown, cursor: string | undefined): unknown[] | undefined => {
  if (cursor === undefined) return undefined;
  const parts = parse(cursor);
  if (!parts || parts.length < 2 || parts[0] !== fingerprint(listName, filters)) {
    throw new Problem('INVALID_CURSOR', { detail: 'Ask for the first page again, with the filters that you want.' });
  }
  return parts.slice(1);
};

const parse = (cursor: string): unknown[] | undefined => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    // Positions go into statements as values: only scalars without NUL may come out of a cursor.
    return Array.isArray(parts) && parts.every(isScalar) ? parts : undefined;
  } catch {
    return undefined;
  }
};

const isScalar = (value: unknown): boolean =>
  value === null ||
  typeof value === 'boolean' ||
  typeof value === 'number' ||
  (typeof value === 'string' && !value.includes('\0'));

/**
 * Whether a part of a position is a moment as our own cursors hold it. `Date` reads much more (`1`, the 31st of
 * February, the years 0 and 275760) that a database takes for a failure.
 */
export const isMoment = (value: unknown): value is string => {
  if (typeof value !== 'string' || !/^(?!0000)\d{4}-/.test(value)) return false;
  const date = new Date(value);
  return !Number.isNaN(date.getTime()) && date.toISOString() === value;
};

/** What a list answers. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/**
 * Makes a page of at most `limit` from rows of which one more than `limit` were asked for: the extra one only tells
 * that there is a next page. `positionOf` gives the sort keys of a row, ending with its id.
 */
export const page = <Item>(
  items: readonly Item[],
  limit: number,
  positionOf: (item: Item) => unknown[],
  listName: string,
  filters: unknown,
): Page<Item> => {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  const more = items.length > limit && last !== undefined;
  return { items: shown, nextCursor: more ? encodeCursor(listName, filters, positionOf(last)) : null };
};
