import { indexPending, pendingFields, type WithPending } from '@shop/platform/mongo/pending.ts';
import { schemaOf } from '@shop/platform/mongo/schema.ts';
import { type IndexDefinition, Schema } from 'mongoose';
import type { ProductDocument } from './document.ts';
import type { SearchKeys } from './search.ts';

/** One document a product, a deleted one too. */
export interface StoredProduct extends WithPending {
  _id: string;
  /** Each write replaces all of it, so that nothing of an older one is left over. */
  product: ProductDocument;
  /** What finds and orders it, computed by the service. Compared byte by byte, which is code point by code point. */
  keys: SearchKeys;
}

export const productSchema = schemaOf<StoredProduct>({
  _id: String,
  product: Schema.Types.Mixed,
  keys: Schema.Types.Mixed,
  ...pendingFields,
});

productSchema.index({ 'product.handle': 1 }, { name: 'handle', unique: true });
// A SKU belongs to one product for good: each product keeps those that it ever had. Also for the owners of SKUs.
productSchema.index({ 'product.owned.sku': 1 }, { name: 'owned_sku', unique: true, sparse: true });
indexPending(productSchema);

/**
 * GET /products in each order, read forwards or backwards: the status first, so that deleted products are never met,
 * and the id last, so that a page begins where the one before it ended.
 */
const lists: Record<string, IndexDefinition> = {
  by_creation: { 'product.createdAt': 1 },
  by_title: { 'keys.titleKey': 1 },
  by_price: { 'keys.lowestPrice': 1 },
  // The same with a category, a brand or a tag, newest first (the default order of the shop's pages), by title or by price;
  // facets count them.
  by_category: { 'product.category': 1, 'product.createdAt': 1 },
  by_brand: { 'product.brand': 1, 'product.createdAt': 1 },
  by_tag: { 'product.tags': 1, 'product.createdAt': 1 },
  by_category_and_title: { 'product.category': 1, 'keys.titleKey': 1 },
  by_brand_and_title: { 'product.brand': 1, 'keys.titleKey': 1 },
  by_tag_and_title: { 'product.tags': 1, 'keys.titleKey': 1 },
  by_category_and_price: { 'product.category': 1, 'keys.lowestPrice': 1 },
  by_brand_and_price: { 'product.brand': 1, 'keys.lowestPrice': 1 },
  by_tag_and_price: { 'product.tags': 1, 'keys.lowestPrice': 1 },
};
for (const [name, order] of Object.entries(lists)) {
  productSchema.index({ 'product.status': 1, ...order, _id: 1 }, { name });
}
// GET /products?search=: of each word its products, in the order of their ids.
export const wordIndex = 'by_word_and_id';
productSchema.index({ 'keys.words': 1, 'product.status': 1, _id: 1 }, { name: wordIndex });
// The same by relevance: products that have every word of the query in their title come first.
export const titleWordIndex = 'by_title_word_and_id';
productSchema.index({ 'keys.titleWords': 1, 'product.status': 1, _id: 1 }, { name: titleWordIndex });
