import {
  email,
  isoDate,
  joi,
  listOf,
  listQuery,
  moneySchema,
  plainText,
  problemSchema,
  sku,
  uuid,
} from '@shop/platform/http/schemas.ts';
import type { CheckoutRequest } from './domain.ts';

export const checkoutStatuses = ['running', 'completed', 'compensating', 'compensated', 'parked'] as const;
export const orderStatuses = ['created', 'confirmed', 'shipped', 'delivered', 'cancelled'] as const;

/** Field names of an address differ by country; what is sent is kept as it is. */
const address = joi
  .object<Record<string, string>>()
  .pattern(/^[A-Za-z][A-Za-z0-9]{0,39}$/, plainText(200).allow(''))
  .max(20)
  .example({ line1: '1 Main Street', city: 'Springfield', postalCode: '12345', country: 'US' });

/** `expectedTotal`: refuse with TOTAL_CHANGED rather than charge anything else. */
export const checkoutBody = joi
  .object<CheckoutRequest, true>({
    expectedTotal: moneySchema(0, Number.MAX_SAFE_INTEGER),
    contact: joi.object({ email: email.required(), name: plainText(200).required() }),
    shippingAddress: address,
  })
  .optional();

export const cancelBody = joi.object<{ reason?: string }, true>({ reason: plainText(500) }).optional();
export const emptyBody = joi.object<Record<string, never>, true>({}).optional();

export const idParams = joi.object<{ id: string }, true>({ id: uuid.required() });

export const checkoutListQuery = listQuery({ status: joi.string().valid(...checkoutStatuses) });
export const orderListQuery = listQuery({
  /** As people know it. */
  number: joi.string().pattern(/^[0-9]{1,12}$/, 'digits'),
  userId: uuid,
  status: joi.string().valid(...orderStatuses),
});

const step = joi
  .object({
    name: joi.string().valid('lockCart', 'applyVouchers', 'reserveInventory', 'createOrder', 'completeCart').required(),
    direction: joi.string().valid('forward', 'undo').required(),
    status: joi.string().valid('running', 'done', 'refused', 'failed', 'skipped', 'undone').required(),
    attempts: joi.number().integer().min(0).required(),
    startedAt: isoDate.required(),
    finishedAt: isoDate.allow(null).required(),
    error: joi.string(),
  })
  .meta({ component: 'Step' });

const checkoutFields = {
  id: uuid.required(),
  kind: joi.string().valid('checkout', 'cancel').required(),
  userId: uuid.required(),
  status: joi
    .string()
    .valid(...checkoutStatuses)
    .required(),
  orderId: uuid.required(),
  steps: joi.array().items(step).required(),
  problem: problemSchema,
  createdAt: isoDate.required(),
  finishedAt: isoDate.allow(null).required(),
};

export const checkout = joi.object(checkoutFields).meta({ component: 'Checkout' });
export const checkoutList = listOf(checkout);

/** A sum of lines: above what one price may be. */
const total = moneySchema(0, Number.MAX_SAFE_INTEGER);
const voucherAmount = joi.object({ code: joi.string().required(), amount: total.required() });

export const order = joi
  .object({
    id: uuid.required(),
    number: joi.string().required(),
    userId: uuid.required(),
    checkoutId: uuid.required(),
    status: joi
      .string()
      .valid(...orderStatuses)
      .required(),
    lines: joi
      .array()
      .items(
        joi.object({
          sku: sku.required(),
          productId: uuid.required(),
          title: joi.string().required(),
          quantity: joi.number().integer().min(1).required(),
          unitPrice: moneySchema().required(),
          discount: total.required(),
          total: total.required(),
        }),
      )
      .required(),
    vouchers: joi.array().items(voucherAmount).required(),
    subtotal: total.required(),
    discountTotal: total.required(),
    total: total.required(),
    contact: joi.object({ email: joi.string().required(), name: joi.string().required() }),
    shippingAddress: address,
    history: joi
      .array()
      .items(
        joi.object({
          status: joi
            .string()
            .valid(...orderStatuses)
            .required(),
          at: isoDate.required(),
          by: joi.string().required(),
          reason: joi.string(),
        }),
      )
      .required(),
    cancelRequested: joi.boolean(),
    createdAt: isoDate.required(),
    version: joi.number().integer().min(1).required(),
  })
  .meta({ component: 'Order' });
export const orderList = listOf(order);

export const completedCheckout = joi.object({ ...checkoutFields, order }).meta({ component: 'CompletedCheckout' });
