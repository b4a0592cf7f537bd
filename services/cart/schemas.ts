import { voucherCodeOf } from '@shop/contracts/voucher-code.ts';
import { currency, isoDate, joi, plainText, sku, uuid } from '@shop/platform/http/schemas.ts';
import { limits } from './domain.ts';

export const skuParams = joi.object<{ sku: string }>({ sku: sku.required() });

const quantity = (least: number) => joi.number().integer().min(least).max(limits.quantity).required();

export const itemToAdd = joi.object<{ sku: string; quantity: number }>({ sku: sku.required(), quantity: quantity(1) });

export const quantityToSet = joi.object<{ quantity: number }>({ quantity: quantity(0) });

/** Codes ignore case and the ways of writing one character. */

export const voucherParams = joi.object<{ code: string }>({
  code: joi
    .string()
    .max(200)
    .custom((text: string, helpers) => voucherCodeOf(text) ?? helpers.error('voucher.code'))
    .messages({ 'voucher.code': '{{#label}} must be 1 to 40 letters, digits, "_" or "-"' })
    .example('SUMMER-15')
    .required(),
});

const userId = plainText(200).required();

export const sagaRef = joi.object<{ sagaId: string; orderId: string; userId: string }>({
  sagaId: uuid.required(),
  orderId: uuid.required(),
  userId,
});

export const timedSagaRef = joi.object<{ sagaId: string; orderId: string; userId: string; notAfter: string }>({
  sagaId: uuid.required(),
  orderId: uuid.required(),
  userId,
  notAfter: isoDate.required(),
});

export const mergeCommand = joi.object<{ fromUserId: string; toUserId: string }>({
  fromUserId: userId,
  toUserId: userId,
});

const amount = joi.object({ amount: joi.number().integer().required(), currency: currency.required() });

export const cartSchema = joi
  .object({
    id: joi.string().required(),
    userId: joi.string().required(),
    cartNo: joi.number().integer().min(1).required(),
    status: joi.string().valid('open', 'locked').required(),
    items: joi
      .array()
      .items(
        joi.object({
          sku: sku.required(),
          productId: joi.string().required(),
          title: joi.string().allow('').required(),
          imageUrl: joi.string().allow(null).required(),
          quantity: quantity(1),
          unitPrice: amount.required(),
          lineTotal: amount.required(),
          available: joi.boolean().required(),
          priceChanged: joi.boolean().required(),
          previousPrice: amount,
        }),
      )
      .max(limits.lines)
      .required(),
    vouchers: joi.array().items(joi.string()).max(limits.vouchers).required(),
    subtotal: amount.required(),
    currency: currency.required(),
    version: joi.number().integer().min(0).required(),
    updatedAt: isoDate.allow(null).required(),
  })
  .meta({ component: 'Cart' });

export const quoteSchema = joi
  .object({
    lines: joi
      .array()
      .items(
        joi.object({
          sku: sku.required(),
          quantity: quantity(1),
          unitPrice: amount.required(),
          discount: amount.required(),
          total: amount.required(),
        }),
      )
      .required(),
    subtotal: amount.required(),
    discounts: joi
      .array()
      .items(joi.object({ code: joi.string().required(), amount: amount.required() }))
      .required(),
    rejected: joi
      .array()
      .items(joi.object({ code: joi.string().required(), reason: joi.string().required() }))
      .required(),
    discountTotal: amount.required(),
    total: amount.required(),
  })
  .meta({ component: 'Quote' });

export const lockReply = joi.object({
  ok: joi.boolean().valid(true).required(),
  snapshot: joi
    .object({
      cartNo: joi.number().integer().min(1).required(),
      currency: currency.required(),
      lines: joi
        .array()
        .items(
          joi.object({
            sku: sku.required(),
            productId: joi.string().required(),
            title: joi.string().allow('').required(),
            quantity: quantity(1),
            unitPrice: joi.number().integer().min(0).required(),
          }),
        )
        .required(),
      vouchers: joi.array().items(joi.string()).required(),
    })
    .required(),
});

export const doneReply = joi.object({ ok: joi.boolean().valid(true).required() });

export const mergeReply = joi.object({ merged: joi.boolean().required() });

export const demandQuery = joi.object<{ userId: string }, true>({ userId: userId.required() });

export const demandReply = joi.object({
  currency: currency.required(),
  lines: joi
    .array()
    .items(
      joi.object({
        sku: sku.required(),
        productId: joi.string().required(),
        quantity: quantity(1),
        unitPrice: joi.number().integer().min(0).required(),
      }),
    )
    .required(),
  vouchers: joi.array().items(joi.string()).required(),
});
