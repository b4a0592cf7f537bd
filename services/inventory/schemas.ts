import type { Demand, TimedSagaRef } from '@shop/contracts/commands.ts';
import { isoDate, joi, listOf, listQuery, plainText, sku, uuid } from '@shop/platform/http/schemas.ts';
import { type AdjustmentReason, adjustmentReasons, largestDelta, type MovementKind, mostLines } from './domain.ts';

const integer = joi.number().integer();
const dateTime = joi.string().meta({ format: 'date-time' });

export const skuParams = joi.object<{ sku: string }, true>({ sku: sku.required() });

/** The most SKUs that one question may name. */
export const mostSkus = 100;

/** `a,b` as the SKUs it names, each once. */
export const skusOf = (text: string): string[] => [...new Set(text.split(','))];

const skuList = joi
  .string()
  .max(mostSkus * 65)
  .custom((text: string, helpers) => {
    const skus = skusOf(text);
    if (skus.length > mostSkus) return helpers.error('skus.most');
    return skus.some((part) => sku.validate(part).error) ? helpers.error('skus.part') : text;
  })
  .messages({
    'skus.most': `{{#label}} must name at most ${mostSkus} SKUs`,
    'skus.part': '{{#label}} must be SKUs with commas between them',
  })
  .example('MUG-BLUE,MUG-RED');

export const stockQuery = listQuery({ skus: skuList, search: plainText(64).min(1) }).oxor('skus', 'search');

export const movementsQuery = listQuery();

export interface AdjustmentBody {
  delta: number;
  reason: AdjustmentReason;
  note?: string;
}

export const adjustmentBody = joi.object<AdjustmentBody, true>({
  delta: integer.min(-largestDelta).max(largestDelta).invalid(0).required(),
  reason: joi
    .string<AdjustmentReason>()
    .valid(...adjustmentReasons)
    .required(),
  note: plainText(500, { multiline: true }),
});

export const stockSchema = joi
  .object({
    sku: sku.required(),
    productId: uuid.required(),
    onHand: integer.min(0).required(),
    reserved: integer.min(0).required(),
    available: integer.min(0).required(),
    status: joi.string().valid('active', 'retired').required(),
    version: integer.min(1).required(),
    updatedAt: dateTime.required(),
  })
  .meta({ component: 'Stock' });

export const stockList = listOf(stockSchema);

const movementKinds: MovementKind[] = ['initial', ...adjustmentReasons, 'reserve', 'release', 'commit', 'restock'];

export const movementList = listOf(
  joi
    .object({
      id: integer.min(1).required(),
      sku: sku.required(),
      kind: joi
        .string()
        .valid(...movementKinds)
        .required(),
      deltaOnHand: integer.required(),
      deltaReserved: integer.required(),
      sagaId: uuid,
      orderId: uuid,
      note: joi.string(),
      by: joi.string().required(),
      at: dateTime.required(),
    })
    .meta({ component: 'Movement' }),
);

type Reserve = TimedSagaRef & { lines: Demand[] };

export const reserveBody = joi.object<Reserve, true>({
  sagaId: uuid.required(),
  orderId: uuid.required(),
  userId: uuid.required(),
  notAfter: isoDate.required(),
  lines: joi
    .array()
    .items(joi.object<Demand, true>({ sku: sku.required(), quantity: integer.min(1).max(largestDelta).required() }))
    .min(1)
    .max(mostLines)
    .required(),
});

export const reserved = joi.object({ ok: joi.boolean().valid(true).required() });

export const availableQuery = joi.object<{ skus: string[] }, true>({
  skus: joi.array().items(sku.required()).min(1).max(mostLines).required(),
});

export const availableReply = joi.object({
  stock: joi
    .array()
    .items(joi.object({ sku: sku.required(), available: integer.required() }))
    .required(),
});
