import { problems } from '@shop/contracts/problems.ts';
import Joi, { type ObjectSchema, type Schema } from 'joi';

/**
 * The pieces that schemas are made of. Bodies are validated without conversion ("5" is not 5), params and query
 * strings with it, because they are text by nature.
 */
export const joi = Joi;

/** How every schema speaks of faults: names stand without quotes, and what was sent is not sent back. */
export const faultWords = {
  errors: { wrap: { label: false } },
  messages: { 'string.pattern.name': '{{#label}} must be {{#name}}' },
} as const;

/**
 * Patterns instead of custom rules, because the API document shows patterns. Broken text (NUL, halves of surrogate
 * pairs) is refused before any schema sees it.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the point is to keep them out.
const oneLine = /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above; line breaks and tabs may stay.
const manyLines = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$/;
const spaceless = /^\S(?:.*\S)?$/;
/** Characters that show nothing (soft hyphen, zero width, bidi marks, fillers): made of them, two texts look alike. */
const unseen =
  '\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0';
const allSeen = new RegExp(`^[^${unseen}]*$`);
/** For text that somebody is to read: something in it can be seen. */
export const readable = new RegExp(`[^\\s${unseen}]`);

/** An id, in any UUID version; answered as it was sent. */
export const uuid = Joi.string()
  .guid({ separator: '-', wrapper: false })
  .example('01900000-0000-7000-8000-000000000001');

/**
 * A stock keeping unit: 1–64 printable characters, without space at its ends. `.` and `..` are none: as part of a URL
 * every client takes them for a way up.
 */
export const sku = Joi.string()
  .max(64)
  .pattern(oneLine, 'printable text')
  .pattern(allSeen, 'text without invisible characters')
  .pattern(spaceless, 'text without space at its ends')
  .pattern(/[^.]/, 'text of more than dots')
  .example('MUG-BLUE');

/** An ISO 4217 currency code. */
export const currency = Joi.string()
  .pattern(/^[A-Z]{3}$/, 'currency code')
  .example('USD');

/** The largest amount of money that is accepted, in minor units: sums of 100 lines of 999 of it stay safe integers. */
export const maxAmount = 10_000_000_000;

/** Money in minor units from `min` to `max`. */
export const moneySchema = (min = 0, max = maxAmount) =>
  Joi.object<{ amount: number; currency: string }>({
    amount: Joi.number().integer().min(min).max(max).required(),
    currency: currency.required(),
  });

/** An e-mail address with an internet domain; reserved ones such as `.test` count, and letters of any script. */
export const email = Joi.string()
  .email({ tlds: false })
  .max(254)
  .pattern(oneLine, 'printable text')
  .meta({ format: 'idn-email' })
  .example('ada@example.com');

/** Text of 1 to `max` characters for people; line breaks and tabs only where it is `multiline`. */
export const plainText = (max: number, { multiline = false }: { multiline?: boolean } = {}) =>
  multiline
    ? Joi.string().max(max).pattern(manyLines, 'text without control characters')
    : Joi.string().max(max).pattern(oneLine, 'text of one line without control characters');

const isoPattern =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** A moment as ISO 8601 text with a time zone; it stays text. */
export const isoDate = Joi.string()
  .pattern(isoPattern, 'ISO 8601 date and time')
  .custom((value: string, helpers) => (isRealDay(value) ? value : helpers.error('string.isoDate')))
  .custom((value: string, helpers) => (hasFourDigitYear(value) ? value : helpers.error('string.isoYear')))
  .messages({
    'string.isoDate': '{{#label}} must be a day that exists',
    'string.isoYear': '{{#label}} must be in the years 1 to 9999 UTC',
  })
  .meta({ format: 'date-time' })
  .example('2026-01-31T12:00:00.000Z');

/** The 31st of February has the right shape, and a Date rolls it over into March without a word. */
const isRealDay = (text: string): boolean => {
  const day = text.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().slice(0, 10) === day;
};

/** Moments are kept in UTC and written with four digits for the year; neither databases nor clients read others. */
const hasFourDigitYear = (text: string): boolean => /^(?!0000)\d{4}-/.test(new Date(text).toISOString());

/** The query of a list: `limit`, `cursor` and the filters in `extra`. */
export const listQuery = <Extra extends Record<string, Schema>>(extra?: Extra) =>
  Joi.object<
    { limit: number; cursor?: string } & { [Key in keyof Extra]?: Extra[Key] extends Schema<infer T> ? T : never }
  >({
    limit: Joi.number().integer().min(1).max(100).default(20),
    cursor: Joi.string().max(2000),
    ...extra,
  });

/** The answer of a list. */
export const listOf = (item: Schema): ObjectSchema =>
  Joi.object({
    items: Joi.array().items(item).required(),
    nextCursor: Joi.string()
      .allow(null)
      .required()
      .description('Asks for the next page; null at the end of the list, however few items a page has.'),
  });

/** Every refusal and failure, as RFC 9457 has it. */
export const problemSchema = Joi.object({
  type: Joi.string().required(),
  title: Joi.string().required(),
  status: Joi.number().integer().required(),
  code: Joi.string()
    .valid(...Object.keys(problems))
    .required(),
  detail: Joi.string(),
  instance: Joi.string(),
  errors: Joi.array().items(Joi.object().unknown()),
  checkoutId: uuid,
});
