import { randomUUID } from 'node:crypto';
import { encodeCursor } from '@shop/platform/http/pages.ts';
import { playHostile } from './stage.ts';
import {
  badBodies,
  badCursors,
  badFields,
  badIfMatch,
  badQueries,
  foreignFields,
  type Good,
  type Row,
} from './tables.ts';
import {
  missing,
  notCount,
  notCurrency,
  notFlag,
  notList,
  notMoment,
  notObject,
  notSku,
  notText,
  notUuid,
  notWhole,
  type Values,
} from './values.ts';

const conditions = {
  minSubtotal: { amount: 100, currency: 'USD' },
  usageLimit: 5,
  perUserLimit: 1,
  userIds: [randomUUID()],
  startsAt: '2026-01-01T00:00:00Z',
  endsAt: '2030-01-01T00:00:00Z',
  combinable: true,
  priority: 1,
  active: true,
};
const make = (deal: object, scope: object = { kind: 'order' }): Good => ({
  send: 'POST /vouchers',
  as: 'seller',
  body: { code: 'NEW', ...deal, scope, ...conditions },
});
const percentage = make({ type: 'percentage', value: 1000 });
const fixed = make({ type: 'fixed_amount', value: { amount: 100, currency: 'USD' } });
const deal = make({ type: 'buy_x_get_y', value: { buy: 2, get: 1, percentOff: 10_000 } });
const change: Good = { send: 'PATCH /vouchers/KNOWN', as: 'seller', body: { active: true } };
const preview: Good = {
  ...{ send: 'POST /vouchers/preview', as: 'seller' },
  body: {
    voucher: { type: 'percentage', value: 1000, scope: { kind: 'order' } },
    lines: [{ sku: '{sku}', quantity: 1, unitPrice: { amount: 100, currency: 'USD' } }],
  },
};

const notCode: Values = [
  ...notText,
  ['41 letters', 'X'.repeat(41)],
  ['two words', 'TWO WORDS'],
  ['in Cyrillic letters', '\u0421ODE'],
  ['with a zero-width space', 'CO\u200bDE'],
  ['with a combining mark', 'CODE\u0301'],
  ['with a turn of direction', '\u202eEDOC'],
  ['an emoji', '\ud83d\ude00'],
  ['SQL', "'; drop table vouchers; --"],
  ['a path', '../preview'],
];
const notBasisPoints: Values = [...notCount, ['above 100 %', 10_001]];
const notAmount: Values = [...notWhole, ['negative', -1], ['above the largest amount', 10_000_000_001]];
const notLimit: Values = [...notCount.filter(([what]) => what !== 'null'), ['above a billion', 1_000_000_001]];
/** In a change null takes a condition away. */
const orAbsent = (values: Values): Values => values.filter(([what]) => what !== 'null');

const scopes: Row[] = (
  [
    ['of a kind that is none', { kind: 'everything' }, 'scope.kind'],
    ['without a kind', {}, 'scope.kind'],
    ['a text', 'order', 'scope'],
    ['a list', [{ kind: 'order' }], 'scope'],
    ['an order with ids', { kind: 'order', ids: ['A'] }, 'scope.ids'],
    ['SKUs without ids', { kind: 'skus' }, 'scope.ids'],
    ['no SKUs', { kind: 'skus', ids: [] }, 'scope.ids'],
    ['an empty SKU', { kind: 'skus', ids: [''] }, 'scope.ids.0'],
    ['a SKU that is a query operator', { kind: 'skus', ids: [{ $gt: '' }] }, 'scope.ids.0'],
    ['1,001 SKUs', { kind: 'skus', ids: Array.from({ length: 1001 }, (_, n) => `S${n}`) }, 'scope.ids'],
    ['ids as a text', { kind: 'skus', ids: 'A' }, 'scope.ids'],
    ['products by SKU', { kind: 'products', ids: ['SKU-1'] }, 'scope.ids.0'],
    ['categories by number', { kind: 'categories', ids: [5] }, 'scope.ids.0'],
    ['a category of two lines', { kind: 'categories', ids: ['a\nb'] }, 'scope.ids.0'],
    ['kinds as a query operator', { kind: { $ne: 'order' } }, 'scope.kind'],
  ] as const
).map(
  ([what, scope, name]): Row => ({
    ...{ what: `the scope is ${what}`, ...percentage, body: { ...percentage.body, scope } },
    ...{ answer: '400 VALIDATION_FAILED', names: [name] },
  }),
);

const contradictions: Row[] = (
  [
    ['no type', { type: undefined }, 'type'],
    ['a type that is none', { type: 'free' }, 'type'],
    ['a type that is a query operator', { type: { $ne: '' } }, 'type'],
    ['__proto__ for a type', { type: '__proto__' }, 'type'],
    ['money for a percentage', { value: { amount: 1, currency: 'USD' } }, 'value'],
    ['a deal for a percentage', { value: { buy: 1, get: 1, percentOff: 1 } }, 'value'],
    ['a number for an amount', { type: 'fixed_amount' }, 'value'],
    ['a number for a deal', { type: 'buy_x_get_y' }, 'value'],
    ['an end before its start', { endsAt: '2025-01-01T00:00:00Z' }, 'endsAt'],
    ['an end at its start', { endsAt: '2026-01-01T01:00:00+01:00' }, 'endsAt'],
  ] as const
).map(
  ([what, fields, name]): Row => ({
    ...{ what: `a voucher has ${what}`, ...percentage, body: { ...percentage.body, ...fields } },
    ...{ answer: '400 VALIDATION_FAILED', names: [name] },
  }),
);

const changes: Row[] = (
  [
    ['nothing', {}, ['']],
    ['a type alone', { type: 'fixed_amount' }, ['value']],
    ['a value of another type', { value: { amount: 1, currency: 'USD' } }, ['value']],
    ['an end before its start', { startsAt: '2026-01-01T00:00:00Z', endsAt: '2025-01-01T00:00:00Z' }, ['endsAt']],
    ['null for what must be there', { active: null }, ['active']],
    ['null for its scope', { scope: null }, ['scope']],
  ] as const
).map(
  ([what, body, names]): Row => ({
    ...{ what: `a change brings ${what}`, ...change, body },
    ...{ answer: '400 VALIDATION_FAILED', names: [...names] },
  }),
);

const redemptions = (position: unknown[]) => encodeCursor('redemptions', { code: 'KNOWN' }, position);
const id = '01900000-0000-7000-8000-000000000001';

playHostile('discount', {
  async arrange({ seller, buyer, names }) {
    const terms = { type: 'percentage', value: 1000, scope: { kind: 'order' } };
    await seller.post('/vouchers', { ...terms, code: 'KNOWN' });
    await seller.post('/vouchers', { ...terms, code: 'OTHER' });
    await buyer.add(names.sku ?? '');
    await buyer.put('/cart/vouchers/KNOWN');
    await buyer.checkout();
  },
  watched: ['seller /vouchers', 'seller /vouchers/KNOWN', 'seller /vouchers/KNOWN/redemptions'],
  tables: {
    'fields of a percentage': badFields(percentage, {
      code: [...missing, ...notCode],
      value: [...missing, ...notBasisPoints],
      usageLimit: notLimit,
      perUserLimit: notLimit,
      userIds: [...notList, ['no users', []]],
      'userIds.0': notUuid,
      startsAt: notMoment,
      endsAt: notMoment,
      combinable: notFlag,
      priority: [...notWhole, ['negative', -1], ['above 1,000', 1001]],
      active: notFlag,
      minSubtotal: notObject,
      'minSubtotal.amount': [...missing, ...notAmount],
      'minSubtotal.currency': [...missing, ...notCurrency],
    }),
    'fields of other deals': [
      ...badFields(fixed, {
        'value.amount': [...missing, ...notAmount, ['zero', 0]],
        'value.currency': [...missing, ...notCurrency],
      }),
      ...badFields(deal, {
        'value.buy': [...missing, ...notCount, ['100', 100]],
        'value.get': [...missing, ...notCount, ['100', 100]],
        'value.percentOff': [...missing, ...notBasisPoints],
      }),
    ],
    'what contradicts itself': [...scopes, ...contradictions, ...changes],
    changes: badFields(change, {
      active: notFlag,
      priority: [...notWhole, ['negative', -1]],
      usageLimit: orAbsent(notLimit),
      startsAt: orAbsent(notMoment),
      userIds: [...orAbsent(notList), ['no users', []]],
    }),
    previews: badFields(preview, {
      lines: [...missing, ...notList, ['no lines', []]],
      'lines.0.sku': [...missing, ...notSku],
      'lines.0.quantity': [...missing, ...notCount, ['1,000', 1000]],
      'lines.0.unitPrice': notObject,
      'lines.0.unitPrice.amount': [...missing, ...notAmount],
      'lines.0.unitPrice.currency': [...missing, ...notCurrency],
      voucher: [...missing, ...notObject],
      'voucher.value': [...missing, ...notBasisPoints],
    }),
    'what only the shop decides': [
      ...foreignFields(percentage, { used: 0, version: 9, id: randomUUID(), $where: 'sleep(1000)' }),
      ...foreignFields(change, { code: 'RENAMED', used: 0, version: 9, $set: { active: false } }),
      {
        what: 'a voucher takes off euros',
        ...fixed,
        body: { ...fixed.body, value: { amount: 1, currency: 'EUR' } },
        answer: '400 CURRENCY_UNSUPPORTED',
      },
      {
        what: 'the code is taken in another case',
        ...percentage,
        body: { ...percentage.body, code: 'known' },
        answer: '409 VOUCHER_EXISTS',
      },
      {
        what: 'the code is taken in full width',
        ...percentage,
        body: { ...percentage.body, code: '\uff2b\uff2e\uff2f\uff37\uff2e' },
        answer: '409 VOUCHER_EXISTS',
      },
      {
        what: 'a preview is of a SKU that nobody has',
        ...preview,
        body: { ...preview.body, lines: [{ sku: '__proto__', quantity: 1 }] },
        answer: '404 SKU_UNKNOWN',
      },
    ],
    bodies: [...badBodies(percentage), ...badBodies(change), ...badBodies(preview)],
    versions: [
      ...badIfMatch(change),
      ...badIfMatch({ send: 'DELETE /vouchers/KNOWN', as: 'seller' }),
      {
        what: 'a change is of a version to come',
        ...change,
        headers: { 'If-Match': '"9-x"' },
        answer: '412 VERSION_CONFLICT',
      },
    ],
    codes: notCode
      .filter(
        ([, code]) =>
          typeof code === 'string' && code !== '' && code.isWellFormed() && !code.includes('\0') && code.length < 1000,
      )
      .flatMap(([what, code]) =>
        (['GET', 'DELETE'] as const).map(
          (method): Row => ({
            ...{
              what: `${method} names a voucher ${what}`,
              send: `${method} /vouchers/${encodeURIComponent(String(code))}`,
            },
            ...{ as: 'seller', answer: '400 VALIDATION_FAILED', names: ['code'] },
          }),
        ),
      ),
    lists: [...badQueries('/vouchers', 'seller'), ...badQueries('/vouchers/KNOWN/redemptions', 'seller')],
    cursors: [
      ...badCursors('/vouchers', 'seller', encodeCursor('vouchers', {}, ['A']), {
        'a number': encodeCursor('vouchers', {}, [5]),
        'text with NUL': encodeCursor('vouchers', {}, ['A\0']),
      }),
      ...badCursors('/vouchers/KNOWN/redemptions', 'seller', redemptions(['2026-01-01T00:00:00.000Z', id]), {
        'in the year 0': redemptions(['0000-01-01T00:00:00.000Z', id]),
        'in the year 275760': redemptions(['+275760-09-13T00:00:00.000Z', id]),
        'on a day that does not exist': redemptions(['2026-02-30T00:00:00.000Z', id]),
        'a moment that only JavaScript reads': redemptions(['foo 1', id]),
        'a moment with SQL for an id': redemptions(['2026-01-01T00:00:00.000Z', "' OR 1=1"]),
        'of another voucher': encodeCursor('redemptions', { code: 'OTHER' }, ['2026-01-01T00:00:00.000Z', id]),
      }),
    ],
    strangers: (['nobody', 'buyer'] as const).flatMap((as) =>
      ['GET /vouchers', 'GET /vouchers/KNOWN', 'DELETE /vouchers/KNOWN', 'GET /vouchers/KNOWN/redemptions'].map(
        (send): Row => ({
          ...{ what: `${as} sends ${send}`, send, as },
          answer: as === 'nobody' ? '401 UNAUTHENTICATED' : '403 FORBIDDEN',
        }),
      ),
    ),
  },
});
