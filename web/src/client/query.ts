import { ShopError, ShopUnreachable } from '@shop/sdk/errors.ts';
import { QueryClient } from '@tanstack/react-query';
import { onSession, vault } from './session.ts';

/**
 * The SDK has tried four times before it rejects. What the shop has said stays so; only a shop that was not there is
 * worth one more look, a little later.
 */
const mayRetry = (failures: number, error: Error): boolean =>
  failures < 1 && (error instanceof ShopUnreachable || (error instanceof ShopError && error.status >= 500));

export const createQueryClient = (): QueryClient => {
  const client = new QueryClient({
    defaultOptions: {
      queries: { retry: mayRetry, retryDelay: 1_000, staleTime: 10_000, gcTime: 5 * 60_000 },
      // A write says at once what became of it; offline too, instead of waiting without a word.
      mutations: { retry: false, networkMode: 'always' },
    },
  });
  forgetWithSession(client);
  return client;
};

/** The first words of the keys of what anybody may see. */
const open = new Set<unknown>(['products', 'facets', 'product', 'related', 'stock']);

/** What somebody has seen is gone when nobody is signed in any more: here and in every other tab. */
const forgetWithSession = (client: QueryClient): void => {
  let signedIn = vault.read() !== undefined;
  onSession(() => {
    const now = vault.read() !== undefined;
    if (signedIn && !now) client.removeQueries({ predicate: ({ queryKey }) => !open.has(queryKey[0]) });
    signedIn = now;
  });
};

/** The key of what belongs to a user: their cart, their orders. */
export const mine = (userId: string | undefined, ...rest: readonly unknown[]) => ['mine', userId ?? null, ...rest];
