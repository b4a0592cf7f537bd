import type { Refusal } from './problems.ts';

/**
 * What services ask of each other: synchronous, idempotent commands. A function call inside one process, HTTP between
 * processes. Amounts are integer minor units. Refusals are values; a thrown error means "outcome unknown, try again".
 */
export type Role = 'guest' | 'customer' | 'admin';

/** Who undoes what when a checkout is rolled back. */
export type Participant = 'cart' | 'discount' | 'inventory';

/** Every command of a checkout names its saga and its pre-allocated order. */
export interface SagaRef {
  sagaId: string;
  orderId: string;
  userId: string;
}

/** A forward step before the pivot; refused after `notAfter` (ISO 8601), which tombstones outlive. */
export interface TimedSagaRef extends SagaRef {
  notAfter: string;
}

export interface SnapshotLine {
  sku: string;
  productId: string;
  title: string;
  quantity: number;
  unitPrice: number;
}

/** The cart as it was frozen for a checkout. */
export interface CartSnapshot {
  cartNo: number;
  currency: string;
  lines: SnapshotLine[];
  vouchers: string[];
}

/** `SAGA_UNDONE`: the undo came first. `CHECKOUT_TIMED_OUT`: the command came after its `notAfter`. Neither did anything. */
export type TooLate = Refusal<'SAGA_UNDONE' | 'CHECKOUT_TIMED_OUT'>;

export type LockReply =
  | { ok: true; snapshot: CartSnapshot }
  | Refusal<'CART_EMPTY' | 'CHECKOUT_IN_PROGRESS' | 'PRICE_CHANGED' | 'PRODUCT_UNAVAILABLE'>
  | TooLate;

export interface CartCommands {
  /** Step 1: freezes the user's cart for the saga. A repeat gets the first reply. */
  lock(command: TimedSagaRef): Promise<LockReply>;
  /** Step 5, after the pivot: empties the cart and raises `cartNo`. A repeat, or a cart this saga no longer holds, is an acknowledged no-op. */
  complete(command: SagaRef): Promise<{ ok: true }>;
  /** Moves a guest's lines and vouchers into another user's cart, once. `merged: false` where a checkout holds either. */
  merge(command: { fromUserId: string; toUserId: string }): Promise<{ merged: boolean }>;
}

export interface PricedLine {
  sku: string;
  quantity: number;
  unitPrice: number;
  discount: number;
  total: number;
}

export type VoucherRejection =
  | 'SIGN_IN_REQUIRED'
  | 'UNKNOWN'
  | 'INACTIVE'
  | 'NOT_STARTED'
  | 'EXPIRED'
  | 'MIN_SUBTOTAL'
  | 'NOT_APPLICABLE'
  | 'USAGE_LIMIT'
  | 'PER_USER_LIMIT'
  | 'NOT_COMBINABLE'
  | 'WRONG_USER'
  | 'WRONG_CURRENCY';

/** A priced cart; `total = subtotal - discountTotal`, and the lines' discounts sum to `discountTotal`. */
export interface Quote {
  currency: string;
  lines: PricedLine[];
  subtotal: number;
  discounts: { code: string; amount: number }[];
  rejected: { code: string; reason: VoucherRejection }[];
  discountTotal: number;
  total: number;
}

export interface QuoteRequest {
  userId: string;
  role: Role;
  currency: string;
  lines: readonly Pick<SnapshotLine, 'sku' | 'productId' | 'quantity' | 'unitPrice'>[];
  codes: readonly string[];
}

export type ApplyReply = { ok: true; quote: Quote } | Refusal<'VOUCHER_REJECTED'> | TooLate;

export interface DiscountCommands {
  /** The price as it would be now; changes nothing. */
  quote(request: QuoteRequest): Promise<Quote>;
  /** Step 2: prices the snapshot and redeems every voucher under its limits, all or none. A repeat gets the first reply. */
  apply(command: TimedSagaRef & QuoteRequest): Promise<ApplyReply>;
}

export interface Demand {
  sku: string;
  quantity: number;
}

/** `errors` of `OUT_OF_STOCK`. */
export interface Shortage {
  sku: string;
  requested: number;
  available: number;
}

/** What a checkout of a cart would be about. */
export interface CartDemand {
  currency: string;
  lines: Pick<SnapshotLine, 'sku' | 'productId' | 'quantity' | 'unitPrice'>[];
  vouchers: string[];
}

/** What is looked at before a checkout begins, where many wait for theirs. It may be otherwise a moment later. */
export interface CartQueries {
  /** What a lock of the user's cart would freeze now; no lines where it would be refused. */
  demandOf(query: { userId: string }): Promise<CartDemand>;
}

/** The same of stock. */
export interface StockQueries {
  /** How many of each SKU can be had now; unknown SKUs are left out. */
  availableOf(query: { skus: readonly string[] }): Promise<{ stock: { sku: string; available: number }[] }>;
}

/** The same of vouchers. */
export interface VoucherQueries {
  /** Which of these codes are refused to everybody now, for all their uses are taken: `USAGE_LIMIT`. */
  exhaustedOf(query: { codes: readonly string[] }): Promise<{ codes: string[] }>;
}

export type ReserveReply = { ok: true } | (Refusal<'OUT_OF_STOCK'> & { errors: Shortage[] }) | TooLate;

export interface InventoryCommands {
  /** Step 3: reserves all lines or none. A repeat gets the first reply. */
  reserve(command: TimedSagaRef & { lines: readonly Demand[] }): Promise<ReserveReply>;
}

export interface CatalogueVariant {
  sku: string;
  price: number;
  options: Record<string, string>;
  imageUrl?: string;
  /** Stock that the SKU starts with; applied once for each SKU. */
  initialStock?: number;
}

/** What other services know of a product: the payload of `product.created` and `product.updated`. */
export interface CatalogueProduct {
  id: string;
  handle: string;
  title: string;
  category: string;
  brand: string;
  imageUrl?: string;
  currency: string;
  status: 'active' | 'draft' | 'archived' | 'deleted';
  variants: CatalogueVariant[];
  version: number;
}

export interface CatalogueQueries {
  /** The products that own these SKUs today; unknown SKUs are left out. */
  bySkus(skus: readonly string[]): Promise<CatalogueProduct[]>;
  /** The products with these ids; unknown ids are left out, deleted ones are answered with status `deleted`. */
  byIds(ids: readonly string[]): Promise<CatalogueProduct[]>;
}
