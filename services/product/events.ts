import type { NewEvent } from '@shop/contracts/events.ts';
import type { Apply } from '@shop/platform/messaging/inbox.ts';
import type { Reactions } from '@shop/platform/service/background.ts';
import { type CatalogueFact, catalogueProduct } from './catalogue-product.ts';
import type { Product } from './domain.ts';
import type { ProductService } from './service.ts';

/** What the catalogue publishes. The event for a product that was just written; its key is the product's id. */
export const catalogueEvent = (type: CatalogueFact, product: Product): NewEvent => ({
  type,
  key: product.id,
  data: catalogueProduct(product),
});

/** Clearing is clearing: once does for all the events of a batch, and any number of times is no more. */
const once: Apply<undefined> = {
  async batch([event], handle) {
    if (event) await handle(event, undefined);
  },
  async buried() {},
};

/**
 * Where replicas share a cache that outlives them, it is emptied by the facts too: the process that wrote a product may
 * have died before it could.
 */
export const productReactions = ({
  productsChanged,
}: Pick<ProductService, 'productsChanged'>): Reactions<undefined> => ({
  group: 'product',
  topics: ['product'],
  handlers: {
    'product.created': productsChanged,
    'product.updated': productsChanged,
    'product.deleted': productsChanged,
  },
  apply: once,
});
