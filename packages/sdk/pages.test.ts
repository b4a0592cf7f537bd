import { expect, it } from 'vitest';
import { each, pageWithItems } from './pages.ts';

/** A search that looks at so many for one page, as it was asked. */
const searchOf = (pages: readonly number[][]) => {
  const asked: (string | undefined)[] = [];
  const list = async (cursor: string | undefined) => {
    asked.push(cursor);
    const at = Number(cursor ?? 0);
    return { items: pages[at] ?? [], nextCursor: at + 1 < pages.length ? `${at + 1}` : null };
  };
  return { asked, list };
};

it('When pages of a search are empty, then the next one that has items is answered, and where it goes on', async () => {
  const { asked, list } = searchOf([[], [], [1], [], [2, 3], []]);
  expect(await pageWithItems(list)).toEqual({ items: [1], nextCursor: '3' });
  expect(asked).toEqual([undefined, '1', '2']);
  expect(await pageWithItems(list, '3')).toEqual({ items: [2, 3], nextCursor: '5' });
});

it('When a search finds nothing at all, then its last page says so', async () => {
  expect(await pageWithItems(searchOf([[], [], []]).list)).toEqual({ items: [], nextCursor: null });
});

it('When nothing is found for long, then where it would go on is answered, so that somebody may decide', async () => {
  const { asked, list } = searchOf(Array.from({ length: 50 }, () => []));
  expect(await pageWithItems(list)).toEqual({ items: [], nextCursor: '20' });
  expect(asked).toHaveLength(20);
});

it('When a list is walked, then empty pages do not end it', async () => {
  const found: number[] = [];
  for await (const item of each(searchOf([[], [1], [], [2]]).list)) found.push(item);
  expect(found).toEqual([1, 2]);
});
