/** Bad values by what they are: [in words, the value]. */
export type Values = readonly (readonly [what: string, value: unknown])[];

/** A number as JSON would write it and JavaScript can't: `digits('1e400')`. */
export const digits = (text: string): string => `digits:${text}`;

/** The JSON of a value, with the numbers of `digits` in it. */
export const jsonOf = (value: unknown): string =>
  JSON.stringify(value).replace(/"digits:([^"]+)"/g, (_, text: string) => text);

export const missing: Values = [['missing', undefined]];

const otherTypes: Values = [
  ['null', null],
  ['true', true],
  ['a list', ['a']],
  ['a query operator', { $gt: '' }],
];

/** What no text may be, whatever else is asked of it. */
export const notText: Values = [
  ...otherTypes,
  ['a number', 5],
  ['empty', ''],
  ['text with NUL', 'a\0b'],
  ['half a character', 'a\ud800'],
  ['100,000 characters', 'x'.repeat(100_000)],
];

export const notOneLine: Values = [
  ...notText,
  ['two lines', 'a\nb'],
  ['text with an escape sequence', 'a\u001b[31mb'],
  ['text with a line separator', 'a\u2028b'],
];

/** What no SKU may be. */
export const notSku: Values = [
  ...notOneLine,
  ['65 characters', 'S'.repeat(65)],
  ['text with space before it', ' SKU'],
  ['text with space after it', 'SKU\u00a0'],
  ['text with a zero-width space', 'SK\u200bU'],
  ['text that turns its direction', '\u202eUKS'],
  ['one dot', '.'],
  ['two dots', '..'],
];

export const notWhole: Values = [
  ...otherTypes,
  ['a number in text', '1'],
  ['an operator in text', '1; drop table carts'],
  ['NaN in words', 'NaN'],
  ['Infinity in words', 'Infinity'],
  ['a fraction', 1.5],
  ['1e308', 1e308],
  ['2^53', 2 ** 53],
  ['99999999999999999999', digits('99999999999999999999')],
  ['beyond every number', digits('1e400')],
  ['beyond every number below', digits('-1e400')],
];

export const notCount: Values = [...notWhole, ['zero', 0], ['negative', -1]];

export const notFlag: Values = [
  ['null', null],
  ['a word', 'true'],
  ['a number', 1],
  ['a list', [true]],
  ['a query operator', { $ne: false }],
];

export const notUuid: Values = [
  ...notText,
  ['no UUID', 'x'],
  ['a UUID in braces', '{01900000-0000-7000-8000-000000000001}'],
  ['a UUID without hyphens', '01900000000070008000000000000001'],
  ['SQL', "' OR 1=1 --"],
];

export const notMoment: Values = [
  ...notText,
  ['a word', 'tomorrow'],
  ['a day alone', '2026-01-01'],
  ['a moment without zone', '2026-01-01T00:00:00'],
  ['a day that does not exist', '2026-02-30T00:00:00Z'],
  ['the hour 24', '2026-01-01T24:00:00Z'],
  ['in the year 0', '0000-01-01T00:00:00Z'],
  ['in the year 0 by its zone', '0001-01-01T00:00:00+23:00'],
  ['in the year 10000 by its zone', '9999-12-31T23:59:59-23:00'],
];

export const notEmail: Values = [
  ...notOneLine,
  ['no address', 'ada'],
  ['an address without a domain', 'ada@'],
  ['an address without a top level', 'ada@localhost'],
  ['a number for a host', 'ada@[127.0.0.1]'],
  ['SQL', "' OR 1=1 --@example.com"],
  ['markup', '<script>@example.com'],
  ['two addresses', 'ada@example.com,eve@example.com'],
  ['a header in disguise', 'ada@example.com\r\nBcc: eve@example.com'],
  ['longer than mail allows', `${'a'.repeat(65)}@example.com`],
];

/** Addresses that look like admin@example.com, or would become it by being normalised. */
export const dressedUp: Values = [
  ['in full-width letters', '\uff41dmin@example.com'],
  ['with a zero-width space', 'ad\u200bmin@example.com'],
  ['with a soft hyphen', 'admin\u00ad@example.com'],
  ['with a turn of direction', '\u202eadmin@example.com'],
  ['with a combining mark of its own', 'admi\u0301n@example.com'],
  ['with a circled letter', '\u24d0dmin@example.com'],
  ['with an ideographic full stop', 'admin@example\u3002com'],
];

export const notObject: Values = [
  ['null', null],
  ['text', 'x'],
  ['a number', 1],
  ['a list', []],
];

export const notList: Values = [
  ['null', null],
  ['text', 'x'],
  ['a number', 1],
  ['an object', { 0: 'a', length: 1 }],
];

export const notCurrency: Values = [
  ...notText,
  ['lower case', 'usd'],
  ['four letters', 'USDT'],
  ['Cyrillic letters', 'US\u0412'],
  ['full-width letters', '\uff35\uff33\uff24'],
];
