import type { Page } from '@shop/sdk/pages.ts';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { shop } from '../client/shop.ts';
import { remember } from './overview/history.ts';

/** The key of what the console shows; gone with the sign-in, like all that is somebody's. */
export const consoleKey = (...rest: readonly unknown[]) => ['mine', 'console', ...rest];

/** How often a view that is looked at asks again, in milliseconds. */
export const LIVE_MS = 2_000;
/** For what changes by hand. */
export const CALM_MS = 15_000;

export interface List<Item> {
  items: Item[];
  /** Nothing has come yet. */
  isLoading: boolean;
  /** Of another filter, until this one's come. */
  isStale: boolean;
  error: unknown;
  /** Asks again every while; not while somebody looks at what is further back. */
  isLive: boolean;
  hasMore: boolean;
  isLoadingMore: boolean;
  more: () => void;
  retry: () => void;
}

interface ListOptions<Item> {
  key: readonly unknown[];
  page: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>;
  /** How often the first page is asked for again. */
  everyMs?: number;
  enabled?: boolean;
}

/** A list, page by page. While only its first page is looked at, it is kept up to date. */
export const useList = <Item>({ key, page, everyMs, enabled = true }: ListOptions<Item>): List<Item> => {
  const query = useInfiniteQuery({
    queryKey: consoleKey(...key),
    queryFn: ({ pageParam, signal }) => page(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (everyMs && (state.data?.pages.length ?? 1) === 1 ? everyMs : false),
    staleTime: 0,
    enabled,
  });
  const pages = query.data?.pages ?? [];
  return {
    items: pages.flatMap(({ items }) => items),
    isLoading: query.isPending && enabled,
    isStale: query.isPlaceholderData,
    error: query.error,
    isLive: everyMs !== undefined && pages.length === 1,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    more: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
  };
};

/** The shop at a glance; one question for the overview and the rail. */
export const useOverview = () =>
  useQuery({
    queryKey: consoleKey('overview'),
    queryFn: async ({ signal }) => {
      const answer = await shop.operations.overview({ signal });
      remember(answer);
      return answer;
    },
    refetchInterval: LIVE_MS,
  });

/** What the shop sells in, as its products say; dollars until one has come. */
export const useCurrency = (): string => {
  const { data } = useQuery({
    queryKey: consoleKey('currency'),
    queryFn: async ({ signal }) =>
      (await shop.products.list({ limit: 1 }, { signal })).items[0]?.variants[0]?.price.currency,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data ?? 'USD';
};
