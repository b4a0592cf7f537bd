import type { DiscountCommands } from '@shop/contracts/commands.ts';
import { voucherCodeOf } from '@shop/contracts/voucher-code.ts';
import {
  currency,
  isoDate,
  joi,
  listOf,
  maxAmount,
  moneySchema,
  plainText,
  sku,
  uuid,
} from '@shop/platform/http/schemas.ts';
import type { AlternativesSchema, AnySchema, ObjectSchema, Schema } from 'joi';
import type { BuyXGetY, NewVoucher, Scope, Voucher, VoucherChange } from './domain.ts';
import type { PreviewLine } from './preview.ts';

/** A voucher's code in any case, with space around it; it comes out in its one spelling. */
export const code = joi
  .string()
  .max(120)
  .custom((text: string) => voucherCodeOf(text) ?? text)
  // What has no such spelling is left as it came, and refused here: the API document shows patterns, not custom rules.
  .pattern(/^[A-Za-z0-9_-]{1,40}$/, 'voucher code')
  .example('WELCOME10');

const types = ['percentage', 'fixed_amount', 'buy_x_get_y'] as const;
const basisPoints = joi.number().integer().min(1).max(10_000);
const count = joi.number().integer().min(1).max(1_000_000_000);

const values = {
  percentage: basisPoints,
  fixed_amount: moneySchema(1),
  buy_x_get_y: joi.object<BuyXGetY, true>({
    buy: joi.number().integer().min(1).max(99).required(),
    get: joi.number().integer().min(1).max(99).required(),
    percentOff: basisPoints.required(),
  }),
};

const isPlainObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Which of the kinds a voucher or scope is decides what else it must look like; a foreign kind is a fault of its own. */
const oneOf = <T>(key: string, kinds: Record<string, ObjectSchema>) =>
  joi
    .alternatives()
    .conditional(`.${key}`, { switch: Object.entries(kinds).map(([is, then]) => ({ is, then })) })
    .error((errors) => {
      for (const error of errors) {
        if (error.code !== 'alternatives.any') continue;
        // Of its own, so that a schema around this one leaves it alone.
        error.code = `${key}.foreign`;
        if (!isPlainObject(error.local.value)) {
          error.message = `${error.path.join('.') || 'value'} must be of type object`;
          continue;
        }
        error.path = [...error.path, key];
        error.message = `${error.path.join('.')} must be one of [${Object.keys(kinds).join(', ')}]`;
      }
      return errors;
      // Joi can't tell the type of a switch.
    }) as AlternativesSchema as AnySchema<T>;

const scopeOf = (kind: string, id: typeof uuid) =>
  joi.object({ kind: joi.string().valid(kind).required(), ids: joi.array().items(id).min(1).max(1000).required() });

const scope = oneOf<Scope>('kind', {
  order: joi.object({ kind: joi.string().valid('order').required() }),
  products: scopeOf('products', uuid),
  skus: scopeOf('skus', sku),
  categories: scopeOf('categories', plainText(200)),
});

/** Conditions that a voucher may have or not. */
const optional = {
  minSubtotal: moneySchema(),
  usageLimit: count,
  perUserLimit: count,
  userIds: joi.array().items(uuid).min(1).max(1000),
  startsAt: isoDate,
  endsAt: isoDate,
};

const always = { combinable: joi.boolean(), priority: joi.number().integer().min(0).max(1000), active: joi.boolean() };

const voucherOf = <T>(fields: Record<string, Schema>) =>
  oneOf<T>(
    'type',
    Object.fromEntries(
      types.map((type) => [
        type,
        joi.object({ ...fields, type: joi.string().valid(type).required(), value: values[type].required() }),
      ]),
    ),
  );

/** `POST /vouchers`. */
export const newVoucher = voucherOf<NewVoucher>({
  code: code.required(),
  scope: scope.required(),
  ...optional,
  ...always,
}).required();

/** `PATCH /vouchers/:code`: null takes a condition away. */
export const voucherChange = joi
  .object<VoucherChange>({
    type: joi.string().valid(...types),
    value: joi.alternatives().try(values.percentage, values.fixed_amount, values.buy_x_get_y).messages({
      'alternatives.match': '{{#label}} must be basis points, money, or an object of buy, get and percentOff',
    }),
    scope,
    ...Object.fromEntries(Object.entries(optional).map(([name, schema]) => [name, schema.allow(null)])),
    ...always,
  })
  .min(1)
  .required();

/** A voucher as it is answered. */
export const voucher = voucherOf<Voucher>({
  code: code.required(),
  scope: scope.required(),
  ...optional,
  combinable: always.combinable.required(),
  priority: always.priority.required(),
  active: always.active.required(),
  used: joi.number().integer().min(0).required(),
  version: joi.number().integer().min(1).required(),
}).meta({ component: 'Voucher' });

export const voucherList = listOf(voucher);

export const redemption = joi
  .object({
    id: uuid.required(),
    code: code.required(),
    userId: joi.string().required(),
    orderId: uuid.required(),
    amount: moneySchema(1).required(),
    redeemedAt: isoDate.required(),
    releasedAt: isoDate,
  })
  .meta({ component: 'Redemption' });

export const redemptionList = listOf(redemption);

const quantity = joi.number().integer().min(1).max(999);

/** `POST /vouchers/preview`: a draft, and a sample cart whose lines take the catalogue's price where they have none. */
export const previewRequest = joi
  .object<{ voucher: NewVoucher; lines: PreviewLine[] }>({
    voucher: voucherOf<NewVoucher>({
      code: code.default('PREVIEW'),
      scope: scope.required(),
      ...optional,
      ...always,
    }).required(),
    lines: joi
      .array()
      .items(joi.object({ sku: sku.required(), quantity: quantity.required(), unitPrice: moneySchema() }))
      .min(1)
      .max(100)
      .required(),
  })
  .required();

const rejections = [
  'SIGN_IN_REQUIRED',
  'UNKNOWN',
  'INACTIVE',
  'NOT_STARTED',
  'EXPIRED',
  'MIN_SUBTOTAL',
  'NOT_APPLICABLE',
  'USAGE_LIMIT',
  'PER_USER_LIMIT',
  'NOT_COMBINABLE',
  'WRONG_USER',
  'WRONG_CURRENCY',
];

const rejected = joi
  .array()
  .items(
    joi.object({
      code: joi.string().required(),
      reason: joi
        .string()
        .valid(...rejections)
        .required(),
    }),
  )
  .required();

/** A price as the API shows it, with money for amounts. */
export const quoteView = joi.object({
  lines: joi
    .array()
    .items(
      joi.object({
        sku: sku.required(),
        quantity: quantity.required(),
        unitPrice: moneySchema().required(),
        discount: joi.object().unknown().required(),
        total: joi.object().unknown().required(),
      }),
    )
    .required(),
  subtotal: joi.object().unknown().required(),
  discounts: joi.array().items(joi.object().unknown()).required(),
  rejected,
  discountTotal: joi.object().unknown().required(),
  total: joi.object().unknown().required(),
});

type QuoteCommand = Parameters<DiscountCommands['quote']>[0];
type ApplyCommand = Parameters<DiscountCommands['apply']>[0];

const amount = joi.number().integer().min(0);

const quoteFields = {
  userId: joi.string().max(255).required(),
  role: joi.string().valid('guest', 'customer', 'admin').required(),
  currency: currency.required(),
  lines: joi
    .array()
    .items(
      joi
        .object({
          sku: sku.required(),
          productId: joi.string().max(64).required(),
          quantity: quantity.required(),
          unitPrice: amount.max(maxAmount).required(),
        })
        .unknown(),
    )
    .max(100)
    .required(),
  codes: joi.array().items(joi.string().max(120)).max(10).required(),
};

export const quoteCommand = joi.object<QuoteCommand>(quoteFields).required();

export const applyCommand = joi
  .object<ApplyCommand>({
    sagaId: uuid.required(),
    orderId: uuid.required(),
    notAfter: isoDate.required(),
    ...quoteFields,
  })
  .required();

/** A quote between services, in integer minor units. */
export const quote = joi.object({
  currency: currency.required(),
  lines: joi
    .array()
    .items(
      joi.object({
        sku: sku.required(),
        quantity: quantity.required(),
        unitPrice: amount.required(),
        discount: amount.required(),
        total: amount.required(),
      }),
    )
    .required(),
  subtotal: amount.required(),
  discounts: joi
    .array()
    .items(joi.object({ code: code.required(), amount: amount.required() }))
    .required(),
  rejected,
  discountTotal: amount.required(),
  total: amount.required(),
});

export const applied = joi.object({ ok: joi.boolean().valid(true).required(), quote: quote.required() });

export const exhaustedQuery = joi.object<{ codes: string[] }, true>({
  codes: joi.array().items(joi.string().max(120).required()).min(1).max(100).required(),
});

export const exhaustedReply = joi.object({ codes: joi.array().items(code).required() });
