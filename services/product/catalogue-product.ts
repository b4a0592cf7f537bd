import type { CatalogueProduct } from '@shop/contracts/commands.ts';
import type { Product } from './domain.ts';

/** What may have happened to a product. */
export type CatalogueFact = 'product.created' | 'product.updated' | 'product.deleted';

/** What other services know of a product: the payload of its events. */
export const catalogueProduct = (product: Product): CatalogueProduct => {
  const { id, handle, title, category, brand, currency, status, version } = product;
  const stock = new Map(product.owned.map(({ sku, initialStock }) => [sku, initialStock]));
  const imageUrl = product.images[0]?.url ?? product.variants.find((variant) => variant.imageUrl)?.imageUrl;
  const variants = product.variants.map((variant) => {
    const initialStock = stock.get(variant.sku);
    return initialStock === undefined ? variant : { ...variant, initialStock };
  });
  return { id, handle, title, category, brand, ...(imageUrl && { imageUrl }), currency, status, variants, version };
};
