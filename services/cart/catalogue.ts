import type { CatalogueProduct } from '@shop/contracts/commands.ts';

/** What a cart needs to know of a product: its replica of the catalogue. */
export interface ReplicaProduct {
  id: string;
  title: string;
  imageUrl?: string;
  currency: string;
  status: CatalogueProduct['status'];
  variants: { sku: string; price: number; imageUrl?: string }[];
  version: number;
}

/** What can be bought under a SKU now; the price is in minor units of the shop's currency. */
export interface Offer {
  sku: string;
  productId: string;
  title: string;
  imageUrl?: string;
  price: number;
}

export type Offers = ReadonlyMap<string, Offer>;

/** The part of a product that carts keep. Of a deleted one only id and version stay, so that no older fact revives it. */
export const replicaOf = (product: CatalogueProduct): ReplicaProduct => {
  const { id, currency, status, version } = product;
  if (status === 'deleted') return { id, title: '', currency, status, variants: [], version };
  return {
    id,
    title: product.title,
    imageUrl: product.imageUrl,
    currency,
    status,
    variants: product.variants.map(({ sku, price, imageUrl }) => ({ sku, price, imageUrl })),
    version,
  };
};

/** The offers of the active products among `products`; one in another currency than the shop's can't be bought. */
export const offersIn = (products: readonly ReplicaProduct[], currency: string): Offers => {
  const offers = new Map<string, Offer>();
  for (const product of products) {
    if (product.status !== 'active' || product.currency !== currency) continue;
    for (const { sku, price, imageUrl } of product.variants) {
      const picture = imageUrl || product.imageUrl;
      offers.set(sku, { sku, productId: product.id, title: product.title, imageUrl: picture, price });
    }
  }
  return offers;
};
