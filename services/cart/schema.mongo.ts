import { indexPending, pendingFields, type WithPending } from '@shop/platform/mongo/pending.ts';
import { schemaOf } from '@shop/platform/mongo/schema.ts';
import { Schema } from 'mongoose';
import type { ReplicaProduct } from './catalogue.ts';
import type { Cart } from './domain.ts';

/** One document a user. */
export interface CartDocument extends WithPending {
  /** The user. */
  _id: string;
  /** The whole cart, as the domain has it; each write replaces all of it, so that nothing of an older one is left over. */
  cart: Cart;
}

export const cartSchema = schemaOf<CartDocument>({ _id: String, cart: Schema.Types.Mixed, ...pendingFields });
indexPending(cartSchema);
// For the carts that are due to ask what became of their checkout; nearly always empty.
cartSchema.index(
  { 'cart.lock.askAt': 1 },
  { name: 'ask_at', partialFilterExpression: { 'cart.lock.askAt': { $exists: true } } },
);

/** The replica of the catalogue. Deleted products stay, without variants, so that an older fact can't bring them back. */
export interface ReplicaDocument {
  /** The product. */
  _id: string;
  product: ReplicaProduct;
}

export const replicaSchema = schemaOf<ReplicaDocument>({ _id: String, product: Schema.Types.Mixed });
// For the products of the SKUs in a cart.
replicaSchema.index({ 'product.variants.sku': 1 }, { name: 'skus' });
