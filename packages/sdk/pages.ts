/** A page of a list. It may have less items than asked for, even none, and go on all the same. */
export interface Page<Item> {
  items: Item[];
  /** Null where the list ends. */
  nextCursor: string | null;
}

type List<Item> = (cursor: string | undefined) => Promise<Page<Item>>;

/**
 * The next page that has items, or the last one, or the last of `most`: for one page a search looks at so many products
 * and no more, and may have found none of them yet.
 */
export const pageWithItems = async <Item>(list: List<Item>, cursor?: string, most = 20): Promise<Page<Item>> => {
  const page = await list(cursor);
  const isAnswer = page.items.length > 0 || page.nextCursor === null || most <= 1;
  return isAnswer ? page : pageWithItems(list, page.nextCursor ?? undefined, most - 1);
};

/**
 * Every item of a list, page by page as they are wanted.
 * @example for await (const product of each((cursor) => shop.products.list({ search: 'mug', cursor }))) …
 */
export async function* each<Item>(list: List<Item>): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const page = await list(cursor);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
