import { isDeepStrictEqual } from 'node:util';

/** What the catalogue knows and how it changes: pure, times and ids come in from outside. */
export type ProductStatus = 'active' | 'draft' | 'archived';

export interface Image {
  /** An http(s) URL, or a path of this site that begins with `/`. */
  url: string;
  alt: string;
}

export interface Variant {
  sku: string;
  /** Integer minor units of the product's currency. */
  price: number;
  options: Record<string, string>;
  imageUrl?: string;
}

export type Attributes = Record<string, string | number | boolean>;

/** What people write about a product. */
export interface Content {
  title: string;
  description: string;
  images: Image[];
  brand: string;
  category: string;
  tags: string[];
  attributes: Attributes;
  variants: Variant[];
}

/** A SKU that this product has, or once had, and the stock that it came with. */
export interface OwnedSku {
  sku: string;
  initialStock?: number;
}

export interface Product extends Content {
  id: string;
  handle: string;
  /** `deleted`: a tombstone that keeps id, handle, SKUs and version for good, and nothing else. */
  status: ProductStatus | 'deleted';
  currency: string;
  /** Every SKU ever, in the order of arrival: a SKU belongs to one product for good. */
  owned: OwnedSku[];
  version: number;
  /** ISO 8601 UTC, as is `updatedAt`. */
  createdAt: string;
  updatedAt: string;
}

/** A variant as it is handed in: `initialStock` counts only where its SKU is new to the catalogue. */
export interface NewVariant extends Variant {
  initialStock?: number;
}

/** A product as it is handed in. */
export interface Draft extends Omit<Content, 'variants'> {
  status: ProductStatus;
  variants: NewVariant[];
}

/** Fields to change; `variants` replaces them whole, and brings the currency of its prices. */
export type Change = Partial<Draft> & { handle?: string; currency?: string };

export const maxVariants = 400;
/** 1,000,000.00 in a currency with two decimals. */
export const maxPrice = 100_000_000;
export const maxInitialStock = 1_000_000;
/** A product may take up new SKUs in place of old ones this often, as each stays with it for good. */
export const maxOwnedSkus = 4_000;

export const newProduct = (
  draft: Draft,
  identity: { id: string; handle: string; currency: string; now: string },
): Product => {
  const { id, handle, currency, now } = identity;
  const blank = { id, handle, currency, owned: [], version: 0, createdAt: now, updatedAt: now };
  return withVersion({ ...blank, ...withVariants([], draft) }, now);
};

/** The product with `change` made, one version up; the same object where it makes no difference. */
export const changed = (product: Product, change: Change, now: string): Product => {
  const { variants, ...fields } = change;
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const next: Product = { ...product, ...given, ...(variants ? withVariants(product.owned, { variants }) : {}) };
  return isDeepStrictEqual(next, product) ? product : withVersion(next, now);
};

/** The tombstone of a product: content is gone, versions go on. */
export const tombstone = (product: Product, now: string): Product =>
  withVersion(
    {
      ...product,
      title: '',
      description: '',
      images: [],
      brand: '',
      category: '',
      tags: [],
      attributes: {},
      status: 'deleted',
      variants: [],
    },
    now,
  );

/** A deleted product back to life under its id, with new content; its SKUs are still its own. */
export const revived = (buried: Product, draft: Draft, currency: string, now: string): Product =>
  withVersion({ ...buried, ...withVariants(buried.owned, draft), currency, createdAt: now }, now);

/** SKUs that `next` takes up and `before` did not own, sorted so that every writer claims in one order. */
export const newSkus = (next: Product, before?: Pick<Product, 'owned'>): string[] => {
  const known = new Set(before?.owned.map(({ sku }) => sku));
  return next.owned
    .map(({ sku }) => sku)
    .filter((sku) => !known.has(sku))
    .sort();
};

/** The price that a product sorts by: its cheapest variant. */
export const lowestPrice = (product: Pick<Product, 'variants'>): number =>
  product.variants.reduce((lowest, { price }) => Math.min(lowest, price), Number.MAX_SAFE_INTEGER);

export const isDeleted = (product: Product): boolean => product.status === 'deleted';

const withVersion = (product: Product, now: string): Product => ({
  ...product,
  version: product.version + 1,
  updatedAt: now,
});

/** Splits variants from the stock they come with; that of a SKU seen before stays what it was. */
const withVariants = <Fields extends { variants: NewVariant[] }>(
  owned: readonly OwnedSku[],
  fields: Fields,
): Omit<Fields, 'variants'> & { variants: Variant[]; owned: OwnedSku[] } => {
  const known = new Set(owned.map(({ sku }) => sku));
  const added = fields.variants
    .filter(({ sku }) => !known.has(sku))
    .map(({ sku, initialStock }): OwnedSku => (initialStock === undefined ? { sku } : { sku, initialStock }));
  const variants = fields.variants.map(
    ({ sku, price, options, imageUrl }): Variant => ({ sku, price, options, ...(imageUrl && { imageUrl }) }),
  );
  return { ...fields, variants, owned: [...owned, ...added] };
};
