import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { shop } from '../../client/shop.ts';
import { Select } from '../../ui/field.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import styles from './catalogue.module.css';
import { type Criteria, sorts, withParam } from './criteria.ts';

const useFacets = () =>
  useQuery({
    queryKey: ['facets'],
    queryFn: ({ signal }) => shop.products.facets({ signal }),
    staleTime: 60_000,
  });

/** Category, brand and order; each choice is an address. Where what there is to choose can't be had, the rest works. */
export const Filters = ({ criteria, title }: { criteria: Criteria; title: ReactNode }) => {
  const { data: facets, isError } = useFacets();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const choose = (name: keyof Criteria) => (event: { target: { value: string } }) =>
    navigate({ search: withParam(params, name, event.target.value) });
  const brands = facets?.brands.map(({ name }) => name) ?? [];
  return (
    <div className={styles.filters}>
      {title}
      <Categories
        names={facets?.categories.map(({ name }) => name)}
        chosen={criteria.category}
        hrefOf={(name) => ({ pathname: '/', search: withParam(params, 'category', name) })}
        failed={isError}
      />
      <div className={styles.selects}>
        <Select
          label="Brand"
          hideLabel
          value={criteria.brand}
          onChange={choose('brand')}
          disabled={isError && brands.length === 0}
        >
          <option value="">All brands</option>
          {[...new Set([...brands, criteria.brand])].filter(Boolean).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
        <Select
          label="Sort"
          hideLabel
          value={criteria.sort ?? (criteria.search ? 'relevance' : '-createdAt')}
          onChange={choose('sort')}
        >
          {sorts
            .filter(({ needsSearch }) => !needsSearch || criteria.search)
            .map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
        </Select>
      </div>
    </div>
  );
};

interface CategoriesProps {
  /** Undefined while they are not known. */
  names: string[] | undefined;
  chosen: string;
  hrefOf: (name: string) => { pathname: string; search: string };
  failed: boolean;
}

const skeletonWidths = [48, 84, 80, 88, 92, 84, 72, 64, 78];

const Categories = ({ names, chosen, hrefOf, failed }: CategoriesProps) => {
  if (!names && !failed)
    return (
      <div className={styles.categories}>
        {skeletonWidths.map((width, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they never change.
          <Skeleton key={at} width={`${width}px`} height="36px" round />
        ))}
      </div>
    );
  const all = [...new Set(['', ...(names ?? []), chosen])];
  return (
    <nav className={styles.categories} aria-label="Categories">
      {all.map((name) => (
        <Link
          key={name}
          to={hrefOf(name)}
          className={styles.category}
          aria-current={name === chosen ? 'true' : undefined}
        >
          {name || 'All'}
        </Link>
      ))}
    </nav>
  );
};
