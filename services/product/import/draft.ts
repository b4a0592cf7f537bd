import type { Draft, NewVariant, Product, ProductStatus } from '../domain.ts';
import type { SheetProduct } from './read-product.ts';

/** The product that the sheet asks for: what it has no columns for stays as it is, or starts blank. */
export const draftOf = (sheet: SheetProduct, existing: Product | undefined): Draft => {
  const known = new Map(existing?.variants.map((variant) => [variant.sku, variant]));
  const variants = sheet.variants.map(({ sku, price, initialStock, options, imageUrl }): NewVariant => {
    const picture = sheet.images ? imageUrl : known.get(sku)?.imageUrl;
    return {
      ...{ sku, price, options: options ?? known.get(sku)?.options ?? {} },
      ...(picture && { imageUrl: picture }),
      ...(initialStock !== undefined && { initialStock }),
    };
  });
  return {
    title: sheet.title,
    description: sheet.description ?? existing?.description ?? '',
    images: sheet.images?.map(({ url, alt }) => ({ url, alt })) ?? existing?.images ?? [],
    brand: sheet.brand ?? existing?.brand ?? '',
    category: sheet.category ?? existing?.category ?? '',
    tags: sheet.tags ?? existing?.tags ?? [],
    attributes: existing?.attributes ?? {},
    status: sheet.status ?? statusBefore(existing),
    variants,
  };
};

const statusBefore = (existing: Product | undefined): ProductStatus =>
  existing && existing.status !== 'deleted' ? existing.status : 'active';
