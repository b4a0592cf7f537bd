import { systemIds } from '@shop/platform/time/system.ts';
import type { CatalogueFact } from '../catalogue-product.ts';
import { type Draft, type NewVariant, newProduct, type Product } from '../domain.ts';
import type { Save } from '../store.ts';

/** A name that no other test uses. */
export const unique = (prefix: string): string => `${prefix}-${systemIds.uuid().slice(-12)}`;

export const aDraft = (fields: Partial<Draft> = {}): Draft => ({
  title: 'Trail mug',
  description: '',
  images: [],
  brand: '',
  category: '',
  tags: [],
  attributes: {},
  status: 'active',
  variants: [aVariant()],
  ...fields,
});

export const aVariant = (fields: Partial<NewVariant> = {}): NewVariant => ({
  sku: unique('sku'),
  price: 1400,
  options: {},
  ...fields,
});

export const aProduct = (
  fields: Partial<Draft> & { handle?: string; id?: string; createdAt?: string } = {},
): Product => {
  const {
    handle = unique('handle'),
    id = systemIds.uuid(),
    createdAt: now = '2026-01-01T00:00:00.000Z',
    ...draft
  } = fields;
  return newProduct(aDraft(draft), { id, handle, currency: 'USD', now });
};

export const saving = (product: Product, before?: Product, fact: CatalogueFact = 'product.updated'): Save => ({
  product,
  ...(before && { before }),
  fact: before ? fact : 'product.created',
});
