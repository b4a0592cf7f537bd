import type { CatalogueProduct, Demand, Participant, SnapshotLine } from './commands.ts';

/**
 * Facts that services publish. Types are `<aggregate>.<fact>`, the topic is the aggregate, the key its id, so that its
 * events stay in order. What a saga holds is one aggregate, keyed by order id.
 */

/** Why holds end: a checkout rolled back before its order existed, or an order cancelled after. */
export type UndoKind = 'rollback' | 'cancel';

interface Versioned {
  /** The aggregate's version; a higher one is newer. */
  version: number;
}

/** `sagaId` is the checkout's, also where a cancel undoes it. */
interface Hold extends Versioned {
  sagaId: string;
  orderId: string;
}

interface StockHold extends Hold {
  lines: Demand[];
}

interface CartHold extends Hold {
  userId: string;
}

interface VoucherHold extends Hold {
  userId: string;
  vouchers: { code: string; amount: number }[];
}

interface OrderFact extends Versioned {
  orderId: string;
  sagaId: string;
  userId: string;
}

export interface VoucherFact extends Versioned {
  code: string;
  type: 'percentage' | 'fixed_amount' | 'buy_x_get_y';
  active: boolean;
}

export interface EventData {
  'product.created': CatalogueProduct;
  'product.updated': CatalogueProduct;
  'product.deleted': CatalogueProduct;
  'inventory.reserved': StockHold;
  'inventory.committed': StockHold;
  /** Also the answer to `order.cancelled`, sent whether or not anything was held. */
  'inventory.released': StockHold & { kind: UndoKind };
  /** A hold older than its limit asks what became of its saga. */
  'inventory.reservation_expired': Hold & { userId: string };
  'inventory.adjusted': Versioned & {
    sku: string;
    delta: number;
    reason: string;
    onHand: number;
    reserved: number;
    available: number;
  };
  'cart.completed': CartHold & { cartNo: number };
  'cart.unlocked': CartHold & { kind: UndoKind };
  'cart.lock_expired': CartHold;
  'discount.created': VoucherFact;
  'discount.updated': VoucherFact;
  'discount.applied': VoucherHold;
  'discount.released': VoucherHold & { kind: UndoKind };
  'discount.redemption_expired': Hold & { userId: string };
  'order.created': OrderFact & {
    number: string;
    currency: string;
    lines: (SnapshotLine & { discount: number; total: number })[];
    vouchers: { code: string; amount: number }[];
    subtotal: number;
    discountTotal: number;
    total: number;
    /** Set when this repeats the fact for a hold that asked. */
    inAnswerTo?: Participant;
  };
  'order.confirmed': OrderFact;
  'order.shipped': OrderFact;
  'order.delivered': OrderFact;
  'order.cancelled': OrderFact & { kind: UndoKind; reason: string; participants: Participant[] };
}

export type EventType = keyof EventData;
export type Topic = 'product' | 'inventory' | 'cart' | 'discount' | 'order';
export const topics: readonly Topic[] = ['product', 'inventory', 'cart', 'discount', 'order'];

/** A CloudEvents 1.0 event, its attributes beside its JSON data. */
export interface ShopEvent<Type extends EventType = EventType> {
  /** UUIDv7; a republication is a new event with a new id. */
  id: string;
  type: Type;
  /** The publishing service, as `/services/<name>`. */
  source: string;
  /** The aggregate's id: the partition key (CloudEvents' `subject`). */
  key: string;
  /** ISO 8601 UTC. */
  time: string;
  data: EventData[Type];
  /** W3C trace context of the request that caused it. */
  traceparent?: string;
  /** Set where a dead letter is tried again: the one consumer group that takes this copy; all others pass it by. */
  replayFor?: string;
}

/** An event of any type, with its data tied to its type. */
export type AnyShopEvent = { [Type in EventType]: ShopEvent<Type> }[EventType];

/** What a service says; id, time and source are added where it is stored. */
export type NewEvent = {
  [Type in EventType]: { type: Type; key: string; data: EventData[Type] };
}[EventType];

export const topicOf = (type: EventType): Topic => type.slice(0, type.indexOf('.')) as Topic;
