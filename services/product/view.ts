import { type Money, money } from '@shop/contracts/money.ts';
import type { Product, Variant } from './domain.ts';

export type ProductView = Omit<Product, 'owned' | 'currency' | 'variants'> & {
  variants: (Omit<Variant, 'price'> & { price: Money })[];
};

/** A product as the API shows it. */
export const productView = (product: Product): ProductView => {
  const { owned: _, currency, variants, ...shown } = product;
  return {
    ...inOrder(shown),
    variants: variants.map(({ sku, price, options, imageUrl }) => ({
      sku,
      price: money(price, currency),
      options,
      ...(imageUrl && { imageUrl }),
    })),
  };
};

/** One order of fields, whatever the store made of it: the ETag is a hash of the body. */
const inOrder = (product: Omit<Product, 'owned' | 'currency' | 'variants'>) => {
  const { id, handle, title, description, images, brand, category, tags, attributes, status } = product;
  const { version, createdAt, updatedAt } = product;
  return {
    ...{ id, handle, title, description, images: images.map(({ url, alt }) => ({ url, alt })), brand, category, tags },
    ...{ attributes, status, version, createdAt, updatedAt },
  };
};
