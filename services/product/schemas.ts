import type { Money } from '@shop/contracts/money.ts';
import { currency, joi, listOf, listQuery, plainText, readable, sku, uuid } from '@shop/platform/http/schemas.ts';
import { type Attributes, type Image, maxInitialStock, maxPrice, maxVariants, type ProductStatus } from './domain.ts';
import { handlePattern } from './handle.ts';
import { type Sort, sorts } from './search.ts';

export interface VariantBody {
  sku: string;
  price: Money;
  options: Record<string, string>;
  imageUrl?: string;
  initialStock?: number;
}

export interface CreateProduct {
  handle?: string;
  title: string;
  description: string;
  images: Image[];
  brand: string;
  category: string;
  tags: string[];
  attributes: Attributes;
  status: ProductStatus;
  variants: VariantBody[];
}

export type PatchProduct = Partial<CreateProduct>;

const money = joi.object<Money, true>({
  amount: joi.number().integer().min(0).max(maxPrice).required(),
  currency: currency.required(),
});

/** An http(s) URL, or a path on this site; `//host` and `/\host` are neither. */
const imageUrl = joi
  .string()
  .max(2048)
  .pattern(/^(https?:\/\/[^\s"<>\\]+|\/([^\s"<>\\/][^\s"<>\\]*)?)$/, 'http(s) URL or path')
  .custom((value: string, tools) => (value.isWellFormed() ? value : tools.error('string.pattern.base')))
  .example('/images/mug.svg');

const name = (max: number) => plainText(max).min(1);
const blankable = (max: number, options?: { multiline?: boolean }) => plainText(max, options).allow('');

const options = joi.object<Record<string, string>>().pattern(name(100), name(255)).max(20);

const variant = joi.object<VariantBody, true>({
  sku: sku.required(),
  price: money.required(),
  options: options.default({}),
  imageUrl,
  initialStock: joi.number().integer().min(0).max(maxInitialStock),
});

const image = joi.object<Image, true>({ url: imageUrl.required(), alt: blankable(500).default('') });

const attributes = joi
  .object<Attributes>()
  .pattern(name(100), joi.alternatives(blankable(2000), joi.number(), joi.boolean()))
  .max(100);

const status = joi.string<ProductStatus>().valid('active', 'draft', 'archived');

const fields = {
  handle: joi.string().pattern(handlePattern, 'lower-case letters, digits and hyphens').example('trail-mug'),
  title: name(255).pattern(readable, 'something to read').example('Trail mug'),
  description: blankable(50_000, { multiline: true }),
  images: joi.array().items(image).max(250),
  brand: blankable(255),
  category: blankable(255),
  tags: joi.array().items(name(100)).unique().max(250),
  attributes,
  status,
  variants: joi.array().items(variant).min(1).max(maxVariants).unique('sku'),
};

export const createProductBody = joi.object<CreateProduct, true>({
  handle: fields.handle,
  title: fields.title.required(),
  description: fields.description.default(''),
  images: fields.images.default([]),
  brand: fields.brand.default(''),
  category: fields.category.default(''),
  tags: fields.tags.default([]),
  attributes: fields.attributes.default({}),
  status: fields.status.default('active'),
  variants: fields.variants.required(),
});

export const patchProductBody = joi.object<PatchProduct>(fields);

export const productParams = joi.object<{ id: string }>({ id: uuid.required() });

export interface ListProducts {
  limit: number;
  cursor?: string;
  search?: string;
  category?: string;
  brand?: string;
  tag?: string;
  status?: ProductStatus;
  sort?: Sort;
}

export const productsQuery = listQuery({
  search: blankable(200),
  category: name(255),
  brand: name(255),
  tag: name(100),
  status,
  sort: joi.string<Sort>().valid(...sorts),
});

const dateTime = joi.string().meta({ format: 'date-time' });

export const productSchema = joi
  .object({
    id: uuid.required(),
    handle: fields.handle.required(),
    title: fields.title.required(),
    description: fields.description.required(),
    images: joi.array().items(image).required(),
    brand: fields.brand.required(),
    category: fields.category.required(),
    tags: joi.array().items(name(100)).required(),
    attributes: attributes.required(),
    status: status.required(),
    variants: joi
      .array()
      .items(joi.object({ sku: sku.required(), price: money.required(), options: options.required(), imageUrl }))
      .required(),
    version: joi.number().integer().min(1).required(),
    createdAt: dateTime.required(),
    updatedAt: dateTime.required(),
  })
  .meta({ component: 'Product' });

export const productList = listOf(productSchema);

const facet = joi
  .array()
  .items(joi.object({ name: joi.string().required(), count: joi.number().integer().required() }));

export const facetsSchema = joi.object({ categories: facet.required(), brands: facet.required() });

export const csvBody = joi.string().allow('');

export const importResult = joi
  .object({
    created: joi.number().integer().required(),
    updated: joi.number().integer().required(),
    skipped: joi.number().integer().required(),
    errors: joi
      .array()
      .items(joi.object({ row: joi.number().integer().required(), message: joi.string().required() }))
      .required(),
  })
  .meta({ component: 'ImportResult' });

/** What one question about products may name at most; a full cart asks for 100. */
const maxAsked = 1000;

export const skusBody = joi.object<{ skus: string[] }, true>({
  skus: joi.array().items(joi.string()).max(maxAsked).required(),
});

export const idsBody = joi.object<{ ids: string[] }, true>({
  ids: joi.array().items(uuid).max(maxAsked).required(),
});

export const catalogueProducts = joi.object({ products: joi.array().items(joi.object().unknown()).required() });
