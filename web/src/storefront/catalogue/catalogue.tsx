import { pageWithItems } from '@shop/sdk/pages.ts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { shop } from '../../client/shop.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { PageTitle } from '../../ui/page-title.tsx';
import styles from './catalogue.module.css';
import { type Criteria, criteriaOf, queryOf } from './criteria.ts';
import { Filters } from './filters.tsx';
import { GridSkeleton, ProductGrid } from './product-grid.tsx';
import { ShowMore } from './show-more.tsx';

const PAGE_SIZE = 24;

const useProducts = (criteria: Criteria) =>
  useInfiniteQuery({
    queryKey: ['products', criteria],
    queryFn: ({ pageParam, signal }) =>
      pageWithItems((cursor) => shop.products.list(queryOf(criteria, PAGE_SIZE, cursor), { signal }), pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    staleTime: 30_000,
    // While the words of a search change, its last results stay; a filter starts anew.
    placeholderData: (previous, query) => {
      const before = query?.queryKey[1] as Criteria | undefined;
      return before && before.category === criteria.category && before.brand === criteria.brand ? previous : undefined;
    },
  });

/** All there is to buy: searched, filtered and sorted by the address, as long as one scrolls. */
export const Catalogue = () => {
  const [params] = useSearchParams();
  const criteria = criteriaOf(params);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isPlaceholderData } =
    useProducts(criteria);
  const pages = data?.pages.map(({ items }) => items) ?? [];
  const isEmpty = data && !hasNextPage && pages.every((items) => items.length === 0);
  return (
    <>
      <Filters criteria={criteria} title={<PageTitle title="Catalogue" />} />
      <div className={styles.results} data-old={isPlaceholderData || undefined}>
        {!data && !error && <GridSkeleton count={PAGE_SIZE} />}
        {!data && error && <ErrorState error={error} retry={() => refetch()} />}
        {isEmpty && <NothingFound criteria={criteria} />}
        {!isEmpty && data && <ProductGrid pages={pages} />}
        {data && (
          <ShowMore
            hasMore={hasNextPage}
            isLoading={isFetchingNextPage}
            failed={error !== null}
            isRare={pages.at(-1)?.length === 0}
            more={() => fetchNextPage()}
          />
        )}
      </div>
    </>
  );
};

const NothingFound = ({ criteria: { search, category, brand } }: { criteria: Criteria }) => {
  const where = [brand, category].filter(Boolean).join(', ');
  return (
    <Empty
      title={search ? `Nothing matches “${search}”${where ? ` in ${where}` : ''}` : 'Nothing is here yet'}
      actions={
        (search || where) && (
          <ButtonLink to="/" kind="primary">
            Show everything
          </ButtonLink>
        )
      }
    >
      {search
        ? 'Fewer or shorter words find more: each one may be the beginning of a word.'
        : 'New things come in all the time.'}
    </Empty>
  );
};
