import type { Attributes, Product, Variant } from './domain.ts';

/**
 * A product as stores keep it. What sellers name themselves (options, attributes) is a list of pairs, because neither
 * store keeps an object as it came: JSONB sorts its keys, and MongoDB gives some names a meaning.
 */
export interface ProductDocument extends Omit<Product, 'attributes' | 'variants'> {
  attributes: [name: string, value: Attributes[string]][];
  variants: VariantDocument[];
}

interface VariantDocument extends Omit<Variant, 'options'> {
  options: [name: string, value: string][];
}

export const toDocument = (product: Product): ProductDocument => ({
  ...product,
  attributes: Object.entries(product.attributes),
  variants: product.variants.map((variant) => ({ ...variant, options: Object.entries(variant.options) })),
});

export const fromDocument = (document: ProductDocument): Product => ({
  ...document,
  attributes: Object.fromEntries(document.attributes),
  variants: document.variants.map((variant) => ({ ...variant, options: Object.fromEntries(variant.options) })),
});
