import type { Refusal } from '@shop/contracts/problems.ts';
import type { CatalogueFact } from './catalogue-product.ts';
import type { Product, ProductStatus } from './domain.ts';
import type { Position, Sort } from './search.ts';

/** One product as it is to be from now on, and the fact to publish with it. */
export interface Save {
  product: Product;
  /** The product as it was read: the save holds only while its version is still that. Absent for a new product. */
  before?: Product;
  fact: CatalogueFact;
}

/**
 * `HANDLE_TAKEN`: another product has, or had, the handle. `SKU_TAKEN`: other products have, or had, the SKUs that
 * `errors` names as `{sku}`. `VERSION_CONFLICT`: someone else wrote the product first.
 */
export type SaveReply = { ok: true } | Refusal<'HANDLE_TAKEN' | 'SKU_TAKEN' | 'VERSION_CONFLICT'>;

export interface ListQuery {
  /** Absent: every product that is not deleted. */
  status?: ProductStatus;
  category?: string;
  brand?: string;
  tag?: string;
  /** Each is a prefix of a word of every product found. */
  words: readonly string[];
  /** Ties go by id, in the direction of the sort. `relevance`: title hits first, then by rising id. */
  sort: Sort;
  /** Only what comes after this position. */
  after?: Position;
  limit: number;
}

export interface Found {
  products: Product[];
  /** Where a search stopped: so much is looked at for one page and no more, also where it is not full by then. */
  readTo?: Position;
}

export interface Facet {
  name: string;
  count: number;
}

export interface Facets {
  categories: Facet[];
  brands: Facet[];
}

/**
 * Where products are kept. A product, its SKUs' claims and its event are one atomic write; two products never are.
 * Every SKU that a product ever had stays claimed by it, and every handle that it has, also of a deleted one.
 */
export interface ProductStore {
  /** Writes each product wholly or not at all, independently of the others, and answers in their order. */
  save(saves: readonly Save[]): Promise<SaveReply[]>;
  /** Deleted products are found by id and by handle, as their tombstones. Unknown ones are left out. */
  byIds(ids: readonly string[]): Promise<Product[]>;
  byHandles(handles: readonly string[]): Promise<Product[]>;
  /** The products that have these SKUs among their variants now. */
  bySkus(skus: readonly string[]): Promise<Product[]>;
  /** Those of the handles that belong to a product, a deleted one too. */
  takenHandles(handles: readonly string[]): Promise<string[]>;
  list(query: ListQuery): Promise<Found>;
  /** Categories and brands of active products, the most frequent first, ties by name; blank ones are left out. */
  facets(limit: number): Promise<Facets>;
}
