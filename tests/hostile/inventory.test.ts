import { encodeCursor } from '@shop/platform/http/pages.ts';
import { playHostile } from './stage.ts';
import {
  badBodies,
  badCursors,
  badFields,
  badIdempotencyKeys,
  badQueries,
  foreignFields,
  type Good,
  type Row,
} from './tables.ts';
import { missing, notText, notWhole } from './values.ts';

const adjust: Good = {
  send: 'POST /inventory/{sku}/adjustments',
  as: 'seller',
  body: { delta: 1, reason: 'receipt', note: 'Counted' },
};

const list = (query: string, names: string): Row => ({
  ...{ what: `stock is asked for with ${query.slice(0, 60)}`, send: `GET /inventory?${query}`, as: 'nobody' },
  ...{ answer: '400 VALIDATION_FAILED', names: [names] },
});

const skus: [what: string, sku: string][] = [
  ['65 letters', 'S'.repeat(65)],
  ['space around it', '%20SKU%20'],
  ['a line break', 'a%0ab'],
  ['an escape sequence', 'a%1b[2Jb'],
  ['a zero-width space', 'a%E2%80%8Bb'],
  ['two dots', '%2e%2e'],
];

const strangers: [what: string, sku: string][] = [
  ['in Cyrillic', '%D0%85KU-1'],
  ['in full width', '%EF%BC%B3KU-1'],
  ['a wildcard', '%25'],
  ['SQL', "'%20OR%201=1%20--"],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['a path', '..%2f..%2fetc%2fpasswd'],
];

const ledger = (position: unknown[]) => encodeCursor('movements', { sku: 'LEDGER' }, position);

playHostile('inventory', {
  async arrange({ seller, names }) {
    const price = { amount: 100, currency: 'USD' };
    await seller.post('/products', { title: 'Ledger', variants: [{ sku: 'LEDGER', price, initialStock: 5 }] });
    for (const delta of [3, -2])
      await seller.post(`/inventory/${names.sku}/adjustments`, { delta, reason: 'correction' });
  },
  watched: ['nobody /inventory/{sku}', 'seller /inventory', 'seller /inventory/{sku}/movements'],
  tables: {
    fields: badFields(adjust, {
      delta: [...missing, ...notWhole, ['zero', 0], ['above a million', 1_000_001], ['below a million', -1_000_001]],
      reason: [...missing, ...notText, ['no reason of ours', 'theft'], ['a reason in capitals', 'RECEIPT']],
      note: [...notText.filter(([what]) => what !== 'empty'), ['an escape sequence', '\u001b[2J']],
    }),
    'what the ledger decides': foreignFields(adjust, {
      onHand: 5,
      reserved: 0,
      version: 1,
      by: 'admin',
      at: '2026-01-01T00:00:00Z',
      sku: 'OTHER',
      $inc: { onHand: 5 },
    }),
    bodies: badBodies(adjust),
    'stock that is not there': [
      {
        what: 'more is taken out than is there',
        ...adjust,
        body: { delta: -1_000_000, reason: 'damage' },
        answer: '409 INSUFFICIENT_STOCK',
      },
      ...strangers.flatMap(([what, sku]): Row[] => [
        { what: `the SKU is ${what}`, send: `GET /inventory/${sku}`, as: 'nobody', answer: '404 SKU_UNKNOWN' },
        {
          ...{ what: `the SKU to adjust is ${what}`, ...adjust },
          ...{ send: `POST /inventory/${sku}/adjustments`, answer: '404 SKU_UNKNOWN' },
        },
        {
          ...{ what: `the ledger is that of a SKU ${what}`, send: `GET /inventory/${sku}/movements` },
          ...{ as: 'seller', answer: '404 SKU_UNKNOWN' },
        },
      ]),
    ],
    SKUs: skus.flatMap(([what, sku]): Row[] =>
      (['GET /inventory/{bad}', 'GET /inventory/{bad}/movements'] as const).map((send) => ({
        ...{ what: `${send} has ${what} for a SKU`, send: send.replace('{bad}', sku), as: 'seller' },
        ...{ answer: '400 VALIDATION_FAILED', names: ['sku'] },
      })),
    ),
    lists: [
      list('skus=', 'skus'),
      list('skus=,', 'skus'),
      list('skus=A,,B', 'skus'),
      list('skus=A,%20B', 'skus'),
      list(`skus=${'S'.repeat(65)}`, 'skus'),
      list(`skus=${Array.from({ length: 101 }, (_, n) => `S${n}`).join(',')}`, 'skus'),
      list('skus=A&skus=B', 'skus'),
      list('skus[]=A', 'skus[]'),
      list('skus[$ne]=A', 'skus[$ne]'),
      list('limit=5', 'skus'),
      {
        what: 'SKUs and a search come together',
        ...{ send: 'GET /inventory?skus=A&search=B', as: 'seller', answer: '400 VALIDATION_FAILED' },
      },
      { what: 'nobody searches', send: 'GET /inventory?search=SKU', as: 'nobody', answer: '401 UNAUTHENTICATED' },
      { what: 'a buyer searches', send: 'GET /inventory?search=SKU', answer: '403 FORBIDDEN' },
      ...badQueries('/inventory', 'seller', [
        ['search=', 'search'],
        [`search=${'a'.repeat(65)}`, 'search'],
        ['search=a%0ab', 'search'],
      ]),
      ...badQueries('/inventory/{sku}/movements', 'seller'),
    ],
    cursors: [
      ...badCursors('/inventory', 'seller', encodeCursor('inventory', {}, ['A']), {
        'a number': encodeCursor('inventory', { search: undefined }, [5]),
        null: encodeCursor('inventory', { search: undefined }, [null]),
        'text with NUL': encodeCursor('inventory', { search: undefined }, ['a\0b']),
        'of another search': encodeCursor('inventory', { search: 'SKU' }, ['A']),
      }),
      ...badCursors('/inventory/LEDGER/movements', 'seller', ledger([5]), {
        'a number in text': ledger(['5']),
        'a fraction': ledger([0.5]),
        'beyond every number': ledger([1e300]),
        null: ledger([null]),
        'of another SKU': encodeCursor('movements', { sku: 'OTHER' }, [5]),
      }),
    ],
    keys: badIdempotencyKeys(adjust, 'optional'),
    places: [
      {
        what: 'an adjustment brings a query',
        ...adjust,
        send: `${adjust.send}?force=true`,
        answer: '400 VALIDATION_FAILED',
        names: ['force'],
      },
      { what: 'nobody adjusts', ...adjust, as: 'nobody', answer: '401 UNAUTHENTICATED' },
      { what: 'a buyer adjusts', ...adjust, as: 'buyer', answer: '403 FORBIDDEN' },
      { what: 'a buyer reads the ledger', send: 'GET /inventory/{sku}/movements', answer: '403 FORBIDDEN' },
      {
        what: 'somebody reserves from outside',
        send: 'POST //internal/inventory/reserve',
        as: 'seller',
        body: {},
        answer: '404 NOT_FOUND',
      },
    ],
  },
});
