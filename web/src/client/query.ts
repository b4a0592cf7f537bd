import { ShopError, ShopUnreachable } from '@shop/sdk/errors.ts';
import { QueryClient } from '@tanstack/react-query';
import { onSession, vault } from './session.ts';

/**
 * The SDK has tried four times before it rejects. What the shop has said stays so; only a shop that was not there is
 * worth a look later.
 */
const mayRetry = (failures: number, error: Error): boolean =>
  failures < 2 && (error instanceof ShopUnreachable || (error instanceof ShopError && error.status >= 500));

export const createQueryClient = (): QueryClient => {
  const client = new QueryClient({
    defaultOptions: {
      queries: { retry: mayRetry, retryDelay: 2_000, staleTime: 10_000, gcTime: 5 * 60_000 },
      // A write says at once what became of it; offline too, instead of waiting without a word.
      mutations: { retry: false, networkMode: 'always' },
    },
  });
  forgetWithSession(client);
  return client;
};

/** What one user has seen is gone when another one, or nobody, is signed in: here and in every other tab. */
const forgetWithSession = (client: QueryClient): void => {
  let signedIn = vault.read() !== undefined;
  onSession(() => {
    const now = vault.read() !== undefined;
    if (signedIn && !now) client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] === 'mine' });
    signedIn = now;
  });
};

/** The key of what belongs to a user: their cart, their orders. */
export const mine = (userId: string | undefined, ...rest: readonly unknown[]) => ['mine', userId ?? null, ...rest];
