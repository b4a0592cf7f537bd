import Joi, { type ObjectSchema } from 'joi';
import type { Demand, SnapshotLine } from './commands.ts';
import type { AnyShopEvent, EventData, EventType } from './events.ts';

/**
 * The shape of every event, checked against its type. Fields that a schema doesn't know are allowed: a newer minor
 * version of its publisher may send them. Whether the values make sense is the consumers' business.
 */
const text = () => Joi.string().allow('');
const id = () => Joi.string().required();
const amount = () => Joi.number().integer().required();
const version = () => Joi.number().integer().min(0).required();
const undoKind = () => Joi.string().valid('rollback', 'cancel').required();
const participant = () => Joi.string().valid('cart', 'discount', 'inventory');

const variant = Joi.object<EventData['product.created']['variants'][number], true>({
  sku: id(),
  price: amount(),
  options: Joi.object().pattern(Joi.string(), text()).required(),
  imageUrl: text(),
  initialStock: Joi.number().integer(),
}).unknown();

const catalogueProduct = Joi.object<EventData['product.created'], true>({
  id: id(),
  handle: id(),
  title: text().required(),
  category: text().required(),
  brand: text().required(),
  imageUrl: text(),
  currency: id(),
  status: Joi.string().valid('active', 'draft', 'archived', 'deleted').required(),
  variants: Joi.array().items(variant).required(),
  version: version(),
}).unknown();

const demand = Joi.object<Demand, true>({ sku: id(), quantity: amount() }).unknown();
const stockHold = { version: version(), sagaId: id(), orderId: id(), lines: Joi.array().items(demand).required() };
const stockHeld = Joi.object<EventData['inventory.reserved'], true>(stockHold).unknown();

const userHold = { version: version(), sagaId: id(), orderId: id(), userId: id() };
const holdExpired = Joi.object<EventData['inventory.reservation_expired'], true>(userHold).unknown();

const voucherUse = Joi.object<{ code: string; amount: number }, true>({ code: id(), amount: amount() }).unknown();
const voucherHold = { ...userHold, vouchers: Joi.array().items(voucherUse).required() };

const voucherFact = Joi.object<EventData['discount.created'], true>({
  version: version(),
  code: id(),
  type: Joi.string().valid('percentage', 'fixed_amount', 'buy_x_get_y').required(),
  active: Joi.boolean().required(),
}).unknown();

const orderFact = { version: version(), orderId: id(), sagaId: id(), userId: id() };
const orderMoved = Joi.object<EventData['order.confirmed'], true>(orderFact).unknown();

const orderLine = Joi.object<SnapshotLine & { discount: number; total: number }, true>({
  sku: id(),
  productId: id(),
  title: text().required(),
  quantity: amount(),
  unitPrice: amount(),
  discount: amount(),
  total: amount(),
}).unknown();

const orderCreated = Joi.object<EventData['order.created'], true>({
  ...orderFact,
  number: id(),
  currency: id(),
  lines: Joi.array().items(orderLine).required(),
  vouchers: Joi.array().items(voucherUse).required(),
  subtotal: amount(),
  discountTotal: amount(),
  total: amount(),
  inAnswerTo: participant(),
}).unknown();

const schemas: { readonly [Type in EventType]: ObjectSchema<EventData[Type]> } = {
  'product.created': catalogueProduct,
  'product.updated': catalogueProduct,
  'product.deleted': catalogueProduct,
  'inventory.reserved': stockHeld,
  'inventory.committed': stockHeld,
  'inventory.released': Joi.object<EventData['inventory.released'], true>({
    ...stockHold,
    kind: undoKind(),
  }).unknown(),
  'inventory.reservation_expired': holdExpired,
  'inventory.adjusted': Joi.object<EventData['inventory.adjusted'], true>({
    version: version(),
    sku: id(),
    delta: amount(),
    reason: text().required(),
    onHand: amount(),
    reserved: amount(),
    available: amount(),
  }).unknown(),
  'cart.completed': Joi.object<EventData['cart.completed'], true>({ ...userHold, cartNo: amount() }).unknown(),
  'cart.unlocked': Joi.object<EventData['cart.unlocked'], true>({ ...userHold, kind: undoKind() }).unknown(),
  'cart.lock_expired': holdExpired,
  'discount.created': voucherFact,
  'discount.updated': voucherFact,
  'discount.applied': Joi.object<EventData['discount.applied'], true>(voucherHold).unknown(),
  'discount.released': Joi.object<EventData['discount.released'], true>({ ...voucherHold, kind: undoKind() }).unknown(),
  'discount.redemption_expired': holdExpired,
  'order.created': orderCreated,
  'order.confirmed': orderMoved,
  'order.shipped': orderMoved,
  'order.delivered': orderMoved,
  'order.cancelled': Joi.object<EventData['order.cancelled'], true>({
    ...orderFact,
    kind: undoKind(),
    reason: text().required(),
    participants: Joi.array().items(participant()).required(),
  }).unknown(),
};

/** Every type of event there is. */
export const eventTypes = Object.keys(schemas) as EventType[];

/** Whether this version of the shop knows the type. */
export const isEventType = (type: unknown): type is EventType =>
  typeof type === 'string' && Object.hasOwn(schemas, type);

/** The schema of a type's payload. */
export const eventSchema = <Type extends EventType>(type: Type): ObjectSchema<EventData[Type]> => schemas[type];

/** The attributes that every event has, of a known type or not. */
export const envelopeSchema = Joi.object({
  id: Joi.string().guid({ separator: '-', wrapper: false }).required(),
  type: Joi.string().required(),
  source: Joi.string().required(),
  key: Joi.string().required(),
  time: Joi.string()
    .pattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/, 'ISO 8601 date and time')
    .required(),
  data: Joi.object().required(),
  traceparent: Joi.string(),
  replayFor: Joi.string(),
}).unknown();

/** What is to be made of something that arrived as an event. */
export type ParsedEvent =
  | { event: AnyShopEvent }
  /** Of a type that this version doesn't know: not meant for it, and no fault. */
  | { unknownType: string }
  /** No event, or a known type with a payload that breaks its schema; says what is wrong. */
  | { malformed: string };

const options = { convert: false, abortEarly: true } as const;

/** Checks an event's attributes and, when its type is known, its payload. Never throws, whatever it is given. */
export const parseEvent = (raw: unknown): ParsedEvent => {
  const { error } = envelopeSchema.required().validate(raw, options);
  if (error) return { malformed: error.message };
  const { type, data } = raw as { type: string; data: unknown };
  if (!isEventType(type)) return { unknownType: type };
  const payload = schemas[type].validate(data, options);
  return payload.error ? { malformed: `data: ${payload.error.message}` } : { event: raw as AnyShopEvent };
};

/** What differs between an event of this version's own making and its schema, fields that nobody declared too. */
export const faultOf = (event: AnyShopEvent): string | undefined => {
  const { data, ...attributes } = event;
  const envelope = envelopeSchema.unknown(false).validate({ ...attributes, data }, options);
  if (envelope.error) return envelope.error.message;
  if (!isEventType(event.type)) return `there is no type ${event.type}`;
  const payload = schemas[event.type] as ObjectSchema;
  return payload.unknown(false).validate(data, options).error?.message;
};
