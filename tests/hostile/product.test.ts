import { encodeCursor } from '@shop/platform/http/pages.ts';
import { isDistributed } from '../support/shop.ts';
import { playHostile } from './stage.ts';
import {
  badBodies,
  badCursors,
  badFields,
  badIds,
  badIfMatch,
  badQueries,
  foreignFields,
  type Good,
  type Row,
} from './tables.ts';
import {
  digits,
  missing,
  notCurrency,
  notList,
  notObject,
  notOneLine,
  notSku,
  notText,
  notWhole,
  type Values,
} from './values.ts';

const content = {
  handle: 'mug',
  title: 'Mug',
  description: 'It holds tea.',
  brand: 'Acme',
  category: 'Kitchen',
  status: 'active',
  tags: ['new'],
  attributes: { colour: 'blue' },
  images: [{ url: '/images/mug.svg', alt: 'A mug' }],
  variants: [
    {
      sku: 'MUG-1',
      price: { amount: 1999, currency: 'USD' },
      options: { Size: 'M' },
      imageUrl: '/m.svg',
      initialStock: 5,
    },
  ],
};
const make: Good = { send: 'POST /products', as: 'seller', body: content };
const change: Good = { send: 'PATCH /products/{product}', as: 'seller', body: content };

const unreadable: Values = [
  ['a space', ' '],
  ['a no-break space', '\u00a0'],
  ['a zero-width space', '\u200b'],
  ['a soft hyphen', '\u00ad'],
  ['a Hangul filler', '\u3164'],
];
const blankable = (values: Values): Values => values.filter(([what]) => what !== 'empty');
const notUrl: Values = [
  ...notText,
  ['a script', 'javascript:alert(1)'],
  ['a script in disguise', 'JaVaScRiPt:alert(1)'],
  ['data', 'data:text/html;base64,PHNjcmlwdD4='],
  ['a file', 'file:///etc/passwd'],
  ['a foreign host without a scheme', '//evil.example/a.png'],
  ['a foreign host with backslashes', '/\\evil.example/a.png'],
  ['a relative path', 'images/mug.svg'],
  ['a way out of an attribute', '/a.png" onerror="alert(1)'],
  ['a way out of a tag', '/a.png><script>'],
  ['two lines', '/a.png\n/b.png'],
];
const notHandle: Values = [
  ...notText,
  ['in capitals', 'MUG'],
  ['two words', 'a mug'],
  ['a path', '../mug'],
  ['121 letters', 'm'.repeat(121)],
  ['in Cyrillic letters', 'mu\u0433'],
  ['__proto__', '__proto__'],
];
const notPrice: Values = [...notWhole, ['negative', -1], ['above a million', 100_000_001]];

const parts: Row[] = (
  [
    ['no variants', { variants: [] }, 'variants'],
    [
      '401 variants',
      { variants: Array.from({ length: 401 }, (_, n) => ({ sku: `M-${n}`, price: { amount: 1, currency: 'USD' } })) },
      'variants',
    ],
    ['one SKU twice', { variants: [...content.variants, ...content.variants] }, 'variants.1'],
    ['a tag twice', { tags: ['a', 'a'] }, 'tags.1'],
    ['an empty tag', { tags: [''] }, 'tags.0'],
    ['251 tags', { tags: Array.from({ length: 251 }, (_, n) => `t${n}`) }, 'tags'],
    ['an attribute that is a list', { attributes: { a: [1] } }, 'attributes.a'],
    ['an attribute that is an operator', { attributes: { a: { $gt: 1 } } }, 'attributes.a'],
    ['an attribute of 1e308', { attributes: { a: 1e308 } }, 'attributes.a'],
    ['an attribute beyond every number', { attributes: { a: digits('1e400') } }, 'attributes.a'],
    ['an attribute named by 101 letters', { attributes: { ['a'.repeat(101)]: 1 } }, `attributes.${'a'.repeat(101)}`],
    [
      '101 attributes',
      { attributes: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`a${n}`, 1])) },
      'attributes',
    ],
    [
      'an option that is a number',
      { variants: [{ ...content.variants[0], options: { Size: 5 } }] },
      'variants.0.options.Size',
    ],
    [
      'an option without a value',
      { variants: [{ ...content.variants[0], options: { Size: '' } }] },
      'variants.0.options.Size',
    ],
  ] as const
).map(
  ([what, fields, name]): Row => ({
    ...{ what: `a product has ${what}`, ...make, body: { ...content, ...fields } },
    ...{ answer: '400 VALIDATION_FAILED', names: [name] },
  }),
);

const id = '01900000-0000-7000-8000-000000000001';
const cursor = (sort: string, position: unknown[], words: string[] = []) =>
  encodeCursor('products', { status: 'active', words, sort }, position);

playHostile('products', {
  async arrange({ seller, names }) {
    const taken = await seller.post('/products', {
      ...content,
      handle: 'taken',
      variants: [{ ...content.variants[0], sku: 'TAKEN' }],
    });
    names.taken = taken.body.id;
  },
  watched: ['seller /products', 'seller /products/{product}', 'nobody /products/facets', 'seller /inventory'],
  tables: {
    fields: badFields(make, {
      handle: notHandle,
      title: [...missing, ...notOneLine, ...unreadable, ['256 letters', 'x'.repeat(256)]],
      description: [...blankable(notText), ['an escape sequence', '\u001b[2J']],
      brand: blankable(notOneLine),
      category: blankable(notOneLine),
      status: [...notText, ['no status', 'sold'], ['a status that is not for people', 'deleted']],
      tags: notList,
      'tags.0': notOneLine,
      attributes: notObject,
      images: notList,
      'images.0.url': [...missing, ...notUrl],
      'images.0.alt': blankable(notOneLine),
    }),
    'fields of variants': badFields(make, {
      variants: [...missing, ...notList],
      'variants.0.sku': [...missing, ...notSku],
      'variants.0.price': [...missing, ...notObject],
      'variants.0.price.amount': [...missing, ...notPrice],
      'variants.0.price.currency': [...missing, ...notCurrency],
      'variants.0.options': notObject,
      'variants.0.imageUrl': notUrl,
      'variants.0.initialStock': [...notWhole, ['negative', -1], ['above a million', 1_000_001]],
    }),
    'parts of a product': parts,
    changes: badFields(change, {
      title: [...notOneLine, ...unreadable],
      variants: notList,
      'variants.0.price.amount': notPrice,
      'images.0.url': notUrl,
    }),
    'what only the shop decides': [
      ...foreignFields(make, { id, version: 5, createdAt: '2026-01-01T00:00:00Z', owned: [], $set: { price: 0 } }),
      ...foreignFields(change, { id, version: 5, 'variants.0.stock': 5, currency: 'EUR' }),
      {
        what: 'the price is in euros',
        ...make,
        body: { ...content, variants: [{ sku: 'EURO', price: { amount: 1, currency: 'EUR' } }] },
        answer: '400 CURRENCY_UNSUPPORTED',
      },
      {
        what: 'the SKU is taken',
        ...make,
        body: { ...content, variants: [{ sku: 'TAKEN', price: { amount: 1, currency: 'USD' } }] },
        answer: '409 SKU_TAKEN',
      },
      {
        what: 'the SKU of a change is taken',
        ...change,
        body: { variants: [{ sku: 'TAKEN', price: { amount: 1, currency: 'USD' } }] },
        answer: '409 SKU_TAKEN',
      },
      { what: 'the handle is taken', ...make, body: { ...content, handle: 'taken' }, answer: '409 HANDLE_TAKEN' },
    ],
    bodies: [...badBodies(make), ...badBodies(change)],
    versions: [
      ...badIfMatch(change),
      ...badIfMatch({ send: 'DELETE /products/{product}', as: 'seller' }),
      {
        what: 'a deletion is of a version to come',
        send: 'DELETE /products/{product}',
        as: 'seller',
        headers: { 'If-Match': '"9-x"' },
        answer: '412 VERSION_CONFLICT',
      },
    ],
    ids: [
      ...badIds('GET /products/{bad}', 'nobody'),
      ...badIds('PATCH /products/{bad}', 'seller', { title: 'x' }),
      ...badIds('DELETE /products/{bad}', 'seller'),
      {
        what: 'a change is of a product that nobody has',
        send: `PATCH /products/${id}`,
        as: 'seller',
        body: { title: 'x' },
        answer: '404 PRODUCT_NOT_FOUND',
      },
    ],
    lists: badQueries('/products', 'nobody', [
      ['sort=cheap', 'sort'],
      ['sort=price;drop%20table%20products', 'sort'],
      ['sort=price&sort=title', 'sort'],
      ['status=deleted', 'status'],
      [`search=${'a'.repeat(201)}`, 'search'],
      ['search=a%0ab', 'search'],
      ['search[$regex]=.*', 'search[$regex]'],
      ['category=', 'category'],
      ['category=a&category=b', 'category'],
      ['brand[]=x', 'brand[]'],
      [`tag=${'a'.repeat(101)}`, 'tag'],
    ]),
    cursors: [
      ...badCursors('/products', 'nobody', cursor('-createdAt', ['2026-01-01T00:00:00.000Z', id]), {
        'in the year 0': cursor('-createdAt', ['0000-01-01T00:00:00.000Z', id]),
        'on a day that does not exist': cursor('-createdAt', ['2026-02-30T00:00:00.000Z', id]),
        'a number for a moment': cursor('-createdAt', [1, id]),
        'SQL for an id': cursor('-createdAt', ['2026-01-01T00:00:00.000Z', "' OR 1=1"]),
        'of another order': cursor('title', ['a', id]),
      }),
      ...badCursors('/products?sort=price', 'nobody', cursor('price', [1000, id]), {
        'a fraction': cursor('price', [0.5, id]),
        'beyond every price': cursor('price', [1e300, id]),
        'a price in text': cursor('price', ['1', id]),
      }),
      ...badCursors('/products?search=thing', 'nobody', cursor('relevance', [1, id], ['thing']), {
        'beyond an integer': cursor('relevance', [Number.MAX_SAFE_INTEGER, id], ['thing']),
        negative: cursor('relevance', [-1, id], ['thing']),
        'of another search': cursor('relevance', [1, id], ['mug']),
      }),
      ...badCursors('/products?sort=title', 'nobody', cursor('title', ['a', id]), {
        'half a character': cursor('title', ['\ud800', id]),
        'a number for a title': cursor('title', [5, id]),
      }),
    ],
    strangers: [
      { what: 'the public asks for drafts', send: 'GET /products?status=draft', as: 'nobody', answer: '403 FORBIDDEN' },
      { what: 'a buyer makes a product', ...make, as: 'buyer', answer: '403 FORBIDDEN' },
      { what: 'a buyer deletes a product', send: 'DELETE /products/{product}', answer: '403 FORBIDDEN' },
      { what: 'nobody changes a product', ...change, as: 'nobody', answer: '401 UNAUTHENTICATED' },
      {
        what: 'a service asks from outside',
        send: 'POST //internal/product/bySkus',
        as: 'seller',
        body: { skus: [] },
        answer: '404 NOT_FOUND',
      },
      {
        what: 'an import brings a query',
        send: 'POST /products/import?dryRun=true',
        as: 'seller',
        headers: { 'Content-Type': 'text/csv' },
        body: 'Handle\n',
        answer: '400 VALIDATION_FAILED',
        names: ['dryRun'],
      },
      {
        what: 'a picture is a way up',
        send: 'GET //pictures/..%2f..%2fpackage.svg',
        as: 'nobody',
        answer: '404 NOT_FOUND',
      },
      { what: 'a picture is __proto__', send: 'GET //pictures/__proto__.svg', as: 'nobody', answer: '404 NOT_FOUND' },
      {
        what: 'a tint is constructor',
        send: 'GET //pictures/mug.svg?tint=constructor',
        as: 'nobody',
        answer: '404 NOT_FOUND',
      },
      {
        what: 'a document is a way up',
        send: 'GET //docs/../../package.json',
        as: 'nobody',
        // Swagger UI's own files are served by Express's own hand, which knows no problems.
        answer: isDistributed ? '404 NOT_FOUND' : '404',
      },
      {
        what: 'a document is an encoded way up',
        send: 'GET //docs/..%2f..%2fpackage.json',
        as: 'nobody',
        answer: '404 NOT_FOUND',
      },
    ],
  },
});
