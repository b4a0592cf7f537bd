import type { ProblemCode } from '@shop/contracts/problems.ts';
import { jsonOf, type Values } from './values.ts';

export type Who = 'nobody' | 'guest' | 'buyer' | 'seller';

/** One request and the answer that it deserves. */
export interface Row {
  /** Reads on from "When". */
  what: string;
  /** `POST /cart/items`, below /api/v1 unless it begins with `//`; `{order}` and the like are filled in. */
  send: string;
  as?: Who;
  /** Text and bytes go as they are, all else as JSON. */
  body?: unknown;
  headers?: Record<string, string | string[]>;
  answer: `${number}` | `${number} ${ProblemCode}`;
  /** The places that `errors[]` names, all of them. */
  names?: string[];
}

const validationFailed = '400 VALIDATION_FAILED' as const;

/** A request whose body is right: what is wrong with it afterwards is what was changed. */
export interface Good {
  send: string;
  as?: Who;
  body: object;
  headers?: Record<string, string>;
}

/** Puts a value at a place such as `variants.0.price`; undefined takes the place away. */
const withValue = (body: object, path: string, value: unknown): object => {
  const changed = structuredClone(body);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at = changed as Record<string, unknown>;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  at[last] = value;
  return changed;
};

/** Each bad value in each field: 400, and the field is the one thing that is named. */
export const badFields = (good: Good, fields: Record<string, Values>): Row[] =>
  Object.entries(fields).flatMap(([field, values]) =>
    values.map(
      ([what, value]): Row => ({
        what: `${field} of ${good.send} is ${what}`,
        ...good,
        body: withValue(good.body, field, value),
        answer: validationFailed,
        names: [field],
      }),
    ),
  );

/** Fields that nobody may set; each is refused by its name. */
export const foreignFields = (good: Good, fields: Record<string, unknown>): Row[] =>
  Object.entries(fields).map(
    ([field, value]): Row => ({
      what: `${good.send} brings its own ${field}`,
      ...good,
      body: withValue(good.body, field, value),
      answer: validationFailed,
      names: [field],
    }),
  );

/** What a whole body can be instead of what it should be. */
export const badBodies = ({ send, as, body, headers }: Good): Row[] => {
  const text = jsonOf(body);
  const opened = text.slice(0, -1) + (text === '{}' ? '' : ',');
  const row = (what: string, sent: unknown, answer: Row['answer'], more: Partial<Row> = {}): Row => ({
    ...{ what: `the body of ${send} is ${what}`, send, as, body: sent, answer },
    ...more,
    headers: { ...headers, ...more.headers },
  });
  const typed = (type: string) => ({ headers: { 'Content-Type': type } });
  const malformed = '400 MALFORMED_JSON';
  const foreign = '415 UNSUPPORTED_MEDIA_TYPE';
  return [
    row('a list', [body], validationFailed, { names: [''] }),
    row('a text', '"x"', validationFailed, { names: [''] }),
    row('a number', '1', validationFailed, { names: [''] }),
    row('null', 'null', validationFailed, { names: [''] }),
    row('cut off', text.slice(0, -1), malformed),
    row('followed by another', `${text}${text}`, malformed),
    row('JavaScript', "{a:'b'}", malformed),
    row('NaN', `${opened}"x":NaN}`, malformed),
    row('white space', '   ', malformed),
    row('no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), malformed),
    row('UTF-16', Buffer.from(text, 'utf16le'), malformed),
    row('nested 100,000 deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, validationFailed, { names: [''] }),
    row('20,001 values', `[${'1,'.repeat(20_000)}1]`, validationFailed, { names: [''] }),
    row('a name of 100,000 letters', `${opened}"${'k'.repeat(100_000)}":1}`, validationFailed, { names: [''] }),
    row('a reach for __proto__', `${opened}"__proto__":{"role":"admin"}}`, validationFailed, { names: ['__proto__'] }),
    row('a reach for a prototype', `${opened}"constructor":{"prototype":{"role":"admin"}}}`, validationFailed, {
      names: ['constructor'],
    }),
    row('10 MB', 'x'.repeat(10_000_000), '413 BODY_TOO_LARGE'),
    row('XML', '<a/>', foreign, typed('application/xml')),
    row('a form', 'a=b', foreign, typed('application/x-www-form-urlencoded')),
    row('a multipart form', '--x--', foreign, typed('multipart/form-data; boundary=x')),
    row('JSON by another name', text, foreign, typed('application/merge-patch+json')),
    row('JSON in Latin-1', text, foreign, typed('application/json; charset=latin1')),
    row('compressed', text, foreign, { headers: { 'Content-Encoding': 'gzip' } }),
  ];
};

/** What each versioned write answers to an If-Match that no answer ever carried. */
export const badIfMatch = ({ send, as, body }: Omit<Good, 'body'> & { body?: object }): Row[] =>
  (
    [
      ['a bare number', '1'],
      ['a word', 'latest'],
      ['a tag of words', '"latest"'],
      ['a tag without its end', '"1-abc'],
      ['a negative version', '"-1-abc"'],
      ['a version of 20 digits', '"99999999999999999999-abc"'],
      ['two tags', '"1-a", "2-b"'],
      ['sent twice', ['"1-a"', '"2-b"']],
      ['empty', ''],
    ] as const
  ).map(
    ([what, value]): Row => ({
      ...{ what: `If-Match of ${send} is ${what}`, send, as, body },
      headers: { 'If-Match': typeof value === 'string' ? value : [...value] },
      answer: validationFailed,
      names: ['If-Match'],
    }),
  );

const badKeys: [what: string, value: string | string[], code: ProblemCode][] = [
  ['256 characters', 'k'.repeat(256), 'VALIDATION_FAILED'],
  ['letters beyond ASCII', 'cl\u00e9', 'VALIDATION_FAILED'],
  ['text with a tab', 'a\tb', 'VALIDATION_FAILED'],
  ['sent twice', ['a', 'b'], 'VALIDATION_FAILED'],
];

export const badIdempotencyKeys = ({ send, as, body }: Good, rule: 'required' | 'optional'): Row[] => [
  ...badKeys.map(
    ([what, value, code]): Row => ({
      ...{ what: `the Idempotency-Key of ${send} is ${what}`, send, as, body },
      headers: { 'Idempotency-Key': value },
      answer: `400 ${code}`,
      names: ['Idempotency-Key'],
    }),
  ),
  ...['', '   '].map(
    (value): Row => ({
      ...{ what: `the Idempotency-Key of ${send} is ${value.length} spaces`, send, as, body },
      headers: { 'Idempotency-Key': value },
      ...(rule === 'required'
        ? { answer: '400 IDEMPOTENCY_KEY_REQUIRED' }
        : { answer: '400 VALIDATION_FAILED', names: ['Idempotency-Key'] }),
    }),
  ),
];

/** Queries that every list refuses: [query, the place that is named]. */
export const badQueries = (list: string, as: Who, extra: [query: string, name: string][] = []): Row[] =>
  (
    [
      ['limit=0', 'limit'],
      ['limit=-1', 'limit'],
      ['limit=101', 'limit'],
      ['limit=1.5', 'limit'],
      ['limit=NaN', 'limit'],
      ['limit=Infinity', 'limit'],
      ['limit=99999999999999999999', 'limit'],
      ['limit=0x10', 'limit'],
      ['limit=', 'limit'],
      ['limit=1&limit=2', 'limit'],
      ['limit[]=1', 'limit[]'],
      ['limit[$gt]=1', 'limit[$gt]'],
      ['__proto__=1', '__proto__'],
      ['constructor=1', 'constructor'],
      ['surprise=1', 'surprise'],
      ['cursor=', 'cursor'],
      [`cursor=${'a'.repeat(2001)}`, 'cursor'],
      ['cursor=%00', ''],
      ['cursor=%ff', ''],
      ['cursor=%', ''],
      ...extra,
    ] as [string, string][]
  ).map(
    ([query, name]): Row => ({
      what: `${list} is asked with ${query.slice(0, 60)}`,
      ...{ send: `GET ${list}?${query}`, as, answer: validationFailed, names: [name] },
    }),
  );

/**
 * Cursors that no list answered. `made` are texts of cursors, by what is wrong with each; `good` is one that is taken,
 * so that the others are refused for what is wrong with them.
 */
export const badCursors = (list: string, as: Who, good: string, made: Record<string, string>): Row[] => {
  const base64 = (text: string) => Buffer.from(text).toString('base64url');
  const cursors = {
    'a word': 'next',
    SQL: encodeURIComponent("' OR 1=1 --"),
    'null in base64': base64('null'),
    'an object in base64': base64('{"$gt":""}'),
    'a list of another list': base64('["x","y","z"]'),
    'deep nesting in base64': base64(`${'['.repeat(700)}${']'.repeat(700)}`),
    ...made,
  };
  const join = list.includes('?') ? '&' : '?';
  const row = (what: string, cursor: string, answer: Row['answer']): Row => ({
    what: `the cursor of ${list} is ${what}`,
    ...{ send: `GET ${list}${join}cursor=${cursor}`, as, answer },
  });
  return [
    row('one that it could answer', good, '200'),
    ...Object.entries(cursors).map(([what, cursor]) => row(what, cursor, '400 INVALID_CURSOR')),
  ];
};

/** Ids that are no UUIDs, in a path with `{bad}` where the id belongs. */
export const badIds = (send: string, as: Who, body?: object): Row[] =>
  (
    [
      ['a word', 'x'],
      ['SQL', "1'%20OR%20'1'='1"],
      ['a query operator', '[$ne]'],
      ['a UUID in braces', '{01900000-0000-7000-8000-000000000001}'],
      ['a UUID without hyphens', '01900000000070008000000000000001'],
      ['a UUID and more', '01900000-0000-7000-8000-000000000001x'],
      ['__proto__', '__proto__'],
      ['a way up', '..%2f..%2fetc%2fpasswd'],
      ['a line break', 'a%0ab'],
      ['1,000 characters', 'a'.repeat(1000)],
    ] as const
  ).map(
    ([what, id]): Row => ({
      ...{ what: `the id of ${send} is ${what}`, send: send.replace('{bad}', id), as, body },
      ...{ answer: validationFailed, names: ['id'] },
    }),
  );

/** Rows with their names for `it.each`: short, and without characters that a terminal would act upon. */
export const titled = (rows: readonly Row[]): [title: string, answer: string, row: Row][] =>
  rows.map((row) => [
    row.what
      .slice(0, 120)
      .replace(/[\p{Cc}\p{Cf}]/gu, '?')
      .toWellFormed(),
    row.answer,
    row,
  ]);
