import type { Shop } from '@shop/sdk/shop.ts';

/** What is asked of a shop of `size` products and orders; `turn` makes each request another one. */
export interface Look {
  name: string;
  times: number;
  ask(turn: number): Promise<unknown>;
}

interface Visitors {
  anyone: Shop;
  admin: Shop;
  buyer: Shop;
}

/** The cursor that lies so many pages behind the first: followed once, so that each measured request is one page. */
const deepIn = async (list: (cursor?: string) => Promise<{ nextCursor?: string | null }>, pages = 40) => {
  let cursor: string | undefined;
  for (let page = 0; page < pages; page += 1) {
    const { nextCursor } = await list(cursor);
    if (!nextCursor) break;
    cursor = nextCursor;
  }
  return cursor;
};

const firstOf = <T>(found: readonly T[]): T => {
  const [first] = found;
  if (first === undefined) throw new Error('there is nothing to look at');
  return first;
};

export const looksAt = async (size: number, { anyone, admin, buyer }: Visitors): Promise<Look[]> => {
  const any = (turn: number) => (turn * 7919) % size;
  const deepProducts = await deepIn((cursor) => anyone.products.list({ sort: 'price', limit: 100, cursor }));
  const deepOrders = await deepIn((cursor) => admin.orders.list({ limit: 100, cursor }));
  const { id } = firstOf((await anyone.products.list({ limit: 1 })).items);
  const products = (query: Parameters<Shop['products']['list']>[0]) => () => anyone.products.list(query);
  const orders = (shop: Shop, query: Parameters<Shop['orders']['list']>[0]) => () => shop.orders.list(query);
  const looks: [name: string, ask: Look['ask'], times?: number][] = [
    ['products, newest', products({ sort: '-createdAt' })],
    ['products by price, page 4,000', products({ sort: 'price', cursor: deepProducts })],
    ['products of a category', (turn) => anyone.products.list({ category: `Category ${turn % 100}` })],
    ['products of a brand by price', (turn) => anyone.products.list({ brand: `Brand ${turn % 1000}`, sort: 'price' })],
    ['search, one product has the word', (turn) => anyone.products.list({ search: `no${any(turn)}` })],
    ['search, a few have the words', (turn) => anyone.products.list({ search: `series${turn % 5000} trail` })],
    ['search, a tenth have the word', products({ search: 'mug' })],
    ['search, a hundredth has both words', products({ search: 'trail mug' })],
    ['search, a tenth each, none has both', products({ search: 'mug lamp' })],
    ['search, all have one of its words', products({ search: 'n' })],
    ['search, a tenth begin so, by price', products({ search: 'la', sort: 'price' })],
    ['search, a hundredth, by price', products({ search: 'trail mug', sort: 'price' })],
    ['search within a category', (turn) => anyone.products.list({ search: 'mug', category: `Category ${turn % 100}` })],
    ['search, in no title', (turn) => anyone.products.list({ search: `tag${turn % 300} brand` })],
    ['facets (kept for a while)', () => anyone.products.facets()],
    ['a product', () => anyone.products.get(id)],
    ['stock of a SKU', (turn) => anyone.inventory.get(`GROWTH-${any(turn)}-0`)],
    ['orders of a buyer', orders(buyer, {})],
    ['all orders, newest', orders(admin, {})],
    ['all orders, page 200', orders(admin, { cursor: deepOrders })],
    ['orders in a rare state', orders(admin, { status: 'cancelled' })],
    ['sagas in a rare state', () => admin.checkouts.list({ status: 'parked' })],
    ['overview of the console', () => admin.operations.overview(), 20],
  ];
  return looks.map(([name, ask, times = 100]) => ({ name, ask, times }));
};

/** Puts two things into a cart and buys them. */
export const buyAt = async (shop: Shop, size: number, turn: number): Promise<void> => {
  await shop.cart.add(`GROWTH-${(turn * 7919) % size}-0`, 1);
  await shop.cart.add(`GROWTH-${(turn * 104_729) % size}-1`, 1);
  await shop.checkouts.buy();
};
