import type { NewEvent } from '@shop/contracts/events.ts';
import { type CatalogueFact, catalogueProduct } from './catalogue-product.ts';
import type { Product } from './domain.ts';

/** What the catalogue publishes; it listens to nothing. The event for a product that was just written; its key is the product's id. */
export const catalogueEvent = (type: CatalogueFact, product: Product): NewEvent => ({
  type,
  key: product.id,
  data: catalogueProduct(product),
});
