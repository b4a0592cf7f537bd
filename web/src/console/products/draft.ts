import type { Api, Product } from '@shop/sdk/api.ts';
import { amountText, countIn, linesIn, listIn, minorUnitsIn } from '../amounts.ts';

type ProductBody = Api['POST /products']['body'];
type VariantBody = ProductBody['variants'][number];

export interface VariantDraft {
  /** Tells rows apart while their SKUs are typed. */
  key: string;
  sku: string;
  /** By the name of the option. */
  options: Record<string, string>;
  price: string;
  imageUrl: string;
  initialStock: string;
  /** It is not in the shop yet, so its SKU and its first stock can be said. */
  isNew: boolean;
}

/** A product as it stands in the form: all of it text. */
export interface ProductDraft {
  title: string;
  description: string;
  brand: string;
  category: string;
  tags: string;
  status: Product['status'];
  pictures: string;
  optionNames: string;
  variants: VariantDraft[];
}

let made = 0;
export const newVariant = (after?: VariantDraft): VariantDraft => ({
  key: `new-${++made}`,
  sku: '',
  options: {},
  price: after?.price ?? '',
  imageUrl: '',
  initialStock: '',
  isNew: true,
});

export const emptyProduct = (): ProductDraft => ({
  title: '',
  description: '',
  brand: '',
  category: '',
  tags: '',
  status: 'active',
  pictures: '',
  optionNames: '',
  variants: [newVariant()],
});

export const draftOf = (product: Product): ProductDraft => ({
  title: product.title,
  description: product.description,
  brand: product.brand,
  category: product.category,
  tags: product.tags.join(', '),
  status: product.status,
  pictures: product.images.map(({ url }) => url).join('\n'),
  optionNames: [...new Set(product.variants.flatMap(({ options }) => Object.keys(options)))].join(', '),
  variants: product.variants.map(({ sku, options, price, imageUrl }) => ({
    key: sku,
    sku,
    options,
    price: amountText(price),
    imageUrl: imageUrl ?? '',
    initialStock: '',
    isNew: false,
  })),
});

/** Faults by the place of the field, as the shop names places: `variants.0.sku`. */
export type Faults = ReadonlyMap<string, string>;

const variantOf = (draft: VariantDraft, names: readonly string[], currency: string): VariantBody => {
  const options = names.map((name): [string, string] => [name, (draft.options[name] ?? '').trim()]);
  return {
    sku: draft.sku.trim(),
    price: { amount: minorUnitsIn(draft.price, currency) ?? 0, currency },
    options: Object.fromEntries(options.filter(([, value]) => value !== '')),
    ...(draft.imageUrl.trim() ? { imageUrl: draft.imageUrl.trim() } : {}),
    ...(draft.isNew && draft.initialStock.trim() ? { initialStock: countIn(draft.initialStock) ?? 0 } : {}),
  };
};

/** What the shop could not even read. */
const unreadable = ({ title, variants }: ProductDraft, currency: string): Map<string, string> => {
  const faults = new Map<string, string>();
  if (title.trim() === '') faults.set('title', 'A product needs a title.');
  for (const [index, { sku, price, initialStock }] of variants.entries()) {
    if (sku.trim() === '') faults.set(`variants.${index}.sku`, 'A variant needs a SKU.');
    if (minorUnitsIn(price, currency) === undefined)
      faults.set(`variants.${index}.price`, `A price in ${currency}, such as 14.00.`);
    if (initialStock.trim() !== '' && countIn(initialStock) === undefined)
      faults.set(`variants.${index}.initialStock`, 'A whole number.');
  }
  return faults;
};

/** The product that a draft says, or what is wrong with it. */
export const bodyOf = (
  draft: ProductDraft,
  currency: string,
  before?: Product,
): { body: ProductBody } | { faults: Faults } => {
  const faults = unreadable(draft, currency);
  if (faults.size > 0) return { faults };
  const names = listIn(draft.optionNames);
  const altOf = (url: string) => before?.images.find((image) => image.url === url)?.alt ?? draft.title.trim();
  return {
    body: {
      title: draft.title.trim(),
      description: draft.description.trim(),
      brand: draft.brand.trim(),
      category: draft.category.trim(),
      tags: listIn(draft.tags),
      status: draft.status,
      images: linesIn(draft.pictures).map((url) => ({ url, alt: altOf(url) })),
      variants: draft.variants.map((variant) => variantOf(variant, names, currency)),
    },
  };
};

const fields = [
  'title',
  'description',
  'brand',
  'category',
  'tags',
  'status',
  'images',
  'variants',
] as const satisfies readonly (keyof ProductBody & keyof Product)[];

/** The fields in which `body` differs from the product: only they are sent, so that what others change stays. */
export const changesIn = (body: ProductBody, product: Product): Partial<ProductBody> => {
  const isChanged = (field: (typeof fields)[number]) => JSON.stringify(body[field]) !== JSON.stringify(product[field]);
  return Object.fromEntries(fields.filter(isChanged).map((field) => [field, body[field]]));
};

/** What a part of the form shows, and how it changes it. */
export interface PartProps {
  draft: ProductDraft;
  faults: Faults;
  set: (change: Partial<ProductDraft>) => void;
}
