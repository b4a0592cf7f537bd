import type { Api } from '@shop/sdk/api.ts';

type Query = Api['GET /products']['query'];
export type Sort = NonNullable<Query['sort']>;

/** What the catalogue is asked for; all of it stands in the address. */
export interface Criteria {
  search: string;
  category: string;
  brand: string;
  /** Undefined is the order of the shop: by relevance of a search, else newest first. */
  sort: Sort | undefined;
}

export const sorts: readonly { value: Sort; label: string; needsSearch?: true }[] = [
  { value: 'relevance', label: 'Relevance', needsSearch: true },
  { value: '-createdAt', label: 'Newest' },
  { value: 'price', label: 'Price, low to high' },
  { value: '-price', label: 'Price, high to low' },
  { value: 'title', label: 'Title' },
];

const MAX_SEARCH = 200;

const isSort = (value: string | null): value is Sort => sorts.some((sort) => sort.value === value);

/** Reads the address; what makes no sense there is left out. */
export const criteriaOf = (params: URLSearchParams): Criteria => {
  const search = (params.get('search') ?? '').trim().slice(0, MAX_SEARCH);
  const sort = params.get('sort');
  return {
    search,
    category: params.get('category') ?? '',
    brand: params.get('brand') ?? '',
    sort: isSort(sort) && (sort !== 'relevance' || search !== '') ? sort : undefined,
  };
};

/** The same address with one thing changed; an empty value takes it out. */
export const withParam = (params: URLSearchParams, name: keyof Criteria, value: string): string => {
  const next = new URLSearchParams(params);
  if (value) next.set(name, value);
  else next.delete(name);
  const text = next.toString();
  return text && `?${text}`;
};

export const queryOf = ({ search, category, brand, sort }: Criteria, limit: number, cursor?: string): Query => ({
  limit,
  cursor,
  search: search || undefined,
  category: category || undefined,
  brand: brand || undefined,
  sort: sort ?? (search ? 'relevance' : '-createdAt'),
});
