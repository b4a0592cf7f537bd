import { randomUUID } from 'node:crypto';
import { playHostile } from './stage.ts';
import { badBodies, badFields, badIfMatch, foreignFields, type Good, type Row } from './tables.ts';
import { missing, notCount, notSku, notWhole, type Values } from './values.ts';

const add: Good = { send: 'POST /cart/items', body: { sku: '{sku}', quantity: 1 } };
const set: Good = { send: 'PUT /cart/items/{sku}', body: { quantity: 1 } };

const tooMany: Values = [['1,000', 1000]];

const voucherCodes: [what: string, code: string][] = [
  ['in Cyrillic letters', '\u0421LOSED'],
  ['with a zero-width space', 'CLO\u200bSED'],
  ['with a combining mark', 'CLOSE\u0301D'],
  ['with a turn of direction', '\u202eDESOLC'],
  ['an emoji', '\ud83d\ude00'],
  ['SQL', "' OR 1=1 --"],
  ['a query operator', '{"$gt":""}'],
  ['41 letters', 'x'.repeat(41)],
  ['500 letters', 'x'.repeat(500)],
  ['a path', '../../vouchers'],
  ['two words', 'CLOSED NOW'],
  ['a line break', 'CLOSED\n'.padEnd(9, 'X')],
];

const skus: [what: string, sku: string][] = [
  ['65 letters', 'S'.repeat(65)],
  ['space before it', '%20SKU'],
  ['a line break', 'a%0ab'],
  ['a zero-width space', 'a%E2%80%8Bb'],
  ['a way up', '%2e%2e'],
];

const strangers: Row[] = [
  ['a look-alike in Cyrillic', '\u0405KU-1'],
  ['a look-alike in full width', '\uff33KU-1'],
  ['SQL', "' OR 1=1 --"],
  ['a wildcard', '%'],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['toString', 'toString'],
].map(
  ([what, sku]): Row => ({
    ...{ what: `the SKU to add is ${what}`, send: 'POST /cart/items', body: { sku, quantity: 1 } },
    answer: '404 SKU_UNKNOWN',
  }),
);

playHostile('cart', {
  async arrange({ seller, buyer, names }) {
    const scope = { kind: 'order' };
    await seller.post('/vouchers', { code: 'CLOSED', type: 'percentage', value: 1000, scope, active: false });
    await seller.post('/vouchers', { code: 'OPEN', type: 'percentage', value: 1000, scope });
    await buyer.add(names.sku ?? '', 2);
    await buyer.put('/cart/vouchers/OPEN');
  },
  watched: ['buyer /cart', 'buyer /cart/quote', 'guest /cart', 'seller /vouchers', 'nobody /inventory/{sku}'],
  tables: {
    fields: [
      ...badFields(add, { sku: [...missing, ...notSku], quantity: [...missing, ...notCount, ...tooMany] }),
      ...badFields(set, { quantity: [...missing, ...notWhole, ['negative', -1], ...tooMany] }),
    ],
    'what the catalogue and the token decide': [
      ...foreignFields(add, {
        unitPrice: { amount: 1, currency: 'USD' },
        price: 1,
        userId: randomUUID(),
        productId: randomUUID(),
        title: 'Free',
        $set: { quantity: 5 },
        vouchers: ['OPEN'],
      }),
      ...foreignFields(set, { sku: 'OTHER', version: 7, status: 'locked' }),
    ],
    bodies: [...badBodies(add), ...badBodies(set)],
    versions: [
      ...badIfMatch(add),
      ...badIfMatch(set),
      ...badIfMatch({ send: 'DELETE /cart' }),
      ...badIfMatch({ send: 'PUT /cart/vouchers/OPEN' }),
      {
        what: 'an If-Match is of a version to come',
        send: 'DELETE /cart',
        headers: { 'If-Match': '"999999999999999-x"' },
        answer: '412 VERSION_CONFLICT',
      },
    ],
    SKUs: [
      ...strangers,
      ...skus.flatMap(([what, sku]) =>
        ['PUT', 'DELETE'].map(
          (method): Row => ({
            what: `${method} names an item by ${what}`,
            send: `${method} /cart/items/${sku}`,
            body: method === 'PUT' ? { quantity: 1 } : undefined,
            answer: '400 VALIDATION_FAILED',
            names: ['sku'],
          }),
        ),
      ),
    ],
    vouchers: [
      ...voucherCodes.flatMap(([what, code]) =>
        ['PUT', 'DELETE'].map(
          (method): Row => ({
            what: `${method} names a voucher by ${what}`,
            send: `${method} /cart/vouchers/${encodeURIComponent(code)}`,
            answer: '400 VALIDATION_FAILED',
            names: ['code'],
          }),
        ),
      ),
      ...[
        'closed',
        '\uff23\uff2c\uff2f\uff33\uff25\uff24',
        '%20CLOSED%20',
        'CLO\u017fED',
        '__proto__',
        'constructor',
      ].map(
        (code): Row => ({
          what: `a voucher that nobody may use is written ${code}`,
          send: `PUT /cart/vouchers/${code.startsWith('%') ? code : encodeURIComponent(code)}`,
          answer: '409 VOUCHER_REJECTED',
        }),
      ),
    ],
    places: [
      ...(
        [
          ['one SKU in the query of DELETE', 'DELETE /cart?sku={sku}', '400 VALIDATION_FAILED'],
          ['a user in the query', 'GET /cart?userId={buyer}', '400 VALIDATION_FAILED'],
          ['a quote of another cart', 'GET /cart/quote?cart=1', '400 VALIDATION_FAILED'],
        ] as const
      ).map(([what, send, answer]): Row => ({ what: `the cart is asked for ${what}`, send, answer })),
      ...(
        [
          ['the parent folder', 'GET //api/v1/../../etc/passwd'],
          ['an encoded parent folder', 'GET //api/v1/%2e%2e/%2e%2e/etc/passwd'],
          ['two slashes', 'GET //api/v1//cart'],
          ['another case', 'GET //API/V1/CART'],
          ['a matrix parameter', 'GET //api/v1/cart;admin=1'],
          ['a number', 'GET /cart/1'],
          ['a service command', 'POST //internal/cart/lock'],
          ['an encoded service command', 'POST //%69nternal/cart/lock'],
          ['a service merge', 'POST //internal/cart/merge'],
        ] as const
      ).map(([what, send]): Row => ({ what: `the path is ${what}`, send, answer: '404 NOT_FOUND' })),
    ],
  },
});
