import { resolve } from 'node:path';
import { readStackConfig } from '../../deploy/local/config.ts';
import { openStack, type Stack } from '../../deploy/local/stack.ts';
import type { Books } from './books.ts';
import { type BookUrls, stackBooks } from './stack.ts';

/** Where each service of a stack keeps its books: its processes' environments say so. */
export const bookUrlsOf = ({ environmentOf }: Pick<Stack, 'environmentOf'>): BookUrls => {
  const of = (service: Parameters<Stack['environmentOf']>[0], variable: string): string =>
    environmentOf(service)[variable] ?? '';
  return {
    identity: of('identity', 'DATABASE_URL'),
    inventory: of('inventory', 'DATABASE_URL'),
    discount: of('discount', 'DATABASE_URL'),
    order: of('order', 'DATABASE_URL'),
    events: of('order', 'JOURNAL_DATABASE_URL'),
    product: of('product', 'MONGO_URL'),
    cart: of('cart', 'MONGO_URL'),
  };
};

/**
 * The books of the stack that runs on STACK_DIR.
 * @throws StackFailed when there is none
 */
export const runningStackBooks = async (): Promise<Books> =>
  stackBooks(bookUrlsOf(await openStack({ dir: resolve(readStackConfig(process.env).STACK_DIR) })));
