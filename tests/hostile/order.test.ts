import { randomUUID } from 'node:crypto';
import { encodeCursor } from '@shop/platform/http/pages.ts';
import { playHostile } from './stage.ts';
import {
  badBodies,
  badCursors,
  badFields,
  badIdempotencyKeys,
  badIds,
  badQueries,
  foreignFields,
  type Good,
  type Row,
  type Who,
} from './tables.ts';
import {
  missing,
  notCount,
  notCurrency,
  notEmail,
  notObject,
  notOneLine,
  notSku,
  notText,
  notWhole,
} from './values.ts';

const checkout: Good = {
  send: 'POST /checkouts',
  headers: { 'Idempotency-Key': 'hostile' },
  body: {
    expectedTotal: { amount: 1000, currency: 'USD' },
    contact: { email: 'kim@example.com', name: 'Kim' },
    shippingAddress: { line1: '1 Main Street' },
  },
};
const cancel: Good = { send: 'POST /orders/{order}/cancel', body: { reason: 'Too late' } };
const run: Good = { send: 'POST /lab/runs', as: 'seller', body: { sku: '{sku}', buyers: 2, units: 1 } };
const fault: Good = { send: 'PUT /lab/faults', as: 'seller', body: { step: 'lockCart', mode: 'slow', seconds: 0 } };

const addresses: Row[] = (
  [
    ['21 lines', Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`line${n}`, 'x'])), 'shippingAddress'],
    ['a name that is a query operator', { $where: 'sleep(1000)' }, 'shippingAddress.$where'],
    ['a name with a dot', { 'a.b': 'x' }, 'shippingAddress.a.b'],
    ['a name of two words', { 'line 1': 'x' }, 'shippingAddress.line 1'],
    ['a name in Cyrillic', { '\u0441ity': 'x' }, 'shippingAddress.\u0441ity'],
    ['a line that is a number', { line1: 5 }, 'shippingAddress.line1'],
    ['a line that is an object', { line1: { $gt: '' } }, 'shippingAddress.line1'],
    ['a line of 201 characters', { line1: 'x'.repeat(201) }, 'shippingAddress.line1'],
    ['two lines in one', { line1: 'a\nb' }, 'shippingAddress.line1'],
    ['an escape sequence', { line1: '\u001b[2J' }, 'shippingAddress.line1'],
  ] as const
).map(
  ([what, shippingAddress, name]): Row => ({
    ...{ what: `the address has ${what}`, ...checkout, body: { ...checkout.body, shippingAddress } },
    ...{ answer: '400 VALIDATION_FAILED', names: [name] },
  }),
);

const commands: [send: string, as: Who][] = [
  ['POST /orders/{bad}/cancel', 'buyer'],
  ['POST /orders/{bad}/ship', 'seller'],
  ['POST /orders/{bad}/deliver', 'seller'],
  ['POST /checkouts/{bad}/retry', 'seller'],
];

const id = '01900000-0000-7000-8000-000000000001';
const moments: Record<string, string> = {
  'a number': '1',
  'words that JavaScript reads': 'foo 1',
  'on a day that does not exist': '2026-02-30T00:00:00.000Z',
  'in the year 0': '0000-01-01T00:00:00.000Z',
  'in the year 275760': '+275760-09-13T00:00:00.000Z',
  'before our time': '-000001-01-01T00:00:00.000Z',
  'in a zone that is none': '2026-01-01T00:00:00.000+23:00',
  endless: 'infinity',
  'SQL for a moment': 'now()); drop table orders; --',
};
const good = (list: string, filters: object = {}): string =>
  encodeCursor(list, filters, ['2026-01-01T00:00:00.000Z', id]);
const positions = (list: string, filters: object): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(moments).map(([what, at]) => [what, encodeCursor(list, filters, [at, id])])),
  'SQL for an id': encodeCursor(list, filters, ['2026-01-01T00:00:00.000Z', "' OR 1=1 --"]),
  'a moment alone': encodeCursor(list, filters, ['2026-01-01T00:00:00.000Z']),
  numbers: encodeCursor(list, filters, [1, 2]),
  'of another list': encodeCursor('vouchers', {}, ['A']),
});

const buyerOnly: Row[] = (
  ['GET /orders/{order}', 'POST /orders/{order}/cancel', 'GET /checkouts/{checkout}'] as const
).map(
  (send): Row => ({
    ...{ what: `a guest sends ${send} of somebody else`, send, as: 'guest' },
    ...{ body: send.startsWith('POST') ? {} : undefined },
    answer: send.includes('orders') ? '404 ORDER_NOT_FOUND' : '404 CHECKOUT_NOT_FOUND',
  }),
);

playHostile('orders', {
  async arrange({ seller, buyer, names }) {
    await buyer.add(names.sku ?? '');
    const bought = await buyer.checkout();
    Object.assign(names, { order: bought.body.orderId, checkout: bought.body.id });
    await seller.post(`/orders/${names.order}/ship`);
    await buyer.add(names.sku ?? '');
  },
  watched: [
    'buyer /cart',
    'buyer /orders',
    'buyer /orders/{order}',
    'buyer /checkouts/{checkout}',
    'seller /checkouts',
    'seller /orders',
    'nobody /inventory/{sku}',
  ],
  tables: {
    'a checkout': [
      ...badFields(checkout, {
        expectedTotal: notObject,
        'expectedTotal.amount': [...missing, ...notWhole, ['negative', -1]],
        'expectedTotal.currency': [...missing, ...notCurrency],
        contact: notObject,
        'contact.email': [...missing, ...notEmail],
        'contact.name': [...missing, ...notOneLine],
        shippingAddress: notObject,
      }),
      ...addresses,
    ],
    'what a checkout does not decide': [
      ...foreignFields(checkout, {
        userId: randomUUID(),
        total: { amount: 1, currency: 'USD' },
        lines: [{ sku: 'SKU', quantity: 1, unitPrice: 1 }],
        items: [],
        vouchers: ['FREE'],
        discountTotal: { amount: 1000, currency: 'USD' },
        status: 'completed',
        role: 'admin',
        $set: { status: 'completed' },
      }),
    ],
    bodies: [...badBodies(checkout), ...badBodies(cancel), ...badBodies(run), ...badBodies(fault)],
    keys: [...badIdempotencyKeys(checkout, 'required'), ...badIdempotencyKeys(cancel, 'optional')],
    cancels: [
      ...badFields(cancel, { reason: [...notOneLine, ['501 characters', 'x'.repeat(501)]] }),
      ...foreignFields(cancel, { by: 'admin', refund: 1000, status: 'created' }),
      { what: 'a shipped order is cancelled', ...cancel, answer: '409 NOT_CANCELLABLE' },
      {
        what: 'a shipped order is retried as a checkout',
        send: 'POST /checkouts/{checkout}/retry',
        as: 'seller',
        answer: '409 INVALID_TRANSITION',
      },
    ],
    ids: [
      ...badIds('GET /orders/{bad}', 'buyer'),
      ...badIds('GET /checkouts/{bad}', 'buyer'),
      ...badIds('GET /checkouts/{bad}/events', 'buyer'),
      ...badIds('GET /lab/runs/{bad}', 'seller'),
      ...badIds('POST /admin/dead-letters/{bad}/replay', 'seller'),
      ...commands.flatMap(([send, as]) => badIds(send, as, {})),
    ],
    lists: [
      ...badQueries('/orders', 'buyer', [
        ['userId=x', 'userId'],
        ['userId[$ne]=x', 'userId[$ne]'],
        ['status=paid', 'status'],
        ['status=created&status=shipped', 'status'],
      ]),
      ...badQueries('/checkouts', 'seller', [['status=weird', 'status']]),
      ...badQueries('/admin/events', 'seller', [
        ['topic=payments', 'topic'],
        ['sagaId=x', 'sagaId'],
        [`type=${'a'.repeat(81)}`, 'type'],
        ['key=a%0ab', 'key'],
      ]),
      ...badQueries('/admin/dead-letters', 'seller'),
    ],
    cursors: [
      ...badCursors('/orders', 'seller', good('orders', { caller: 'admin' }), positions('orders', { caller: 'admin' })),
      ...badCursors('/checkouts', 'seller', good('checkouts'), positions('checkouts', {})),
      ...badCursors('/admin/dead-letters', 'seller', good('dead-letters'), positions('dead-letters', {})),
      ...badCursors('/admin/events', 'seller', encodeCursor('events', {}, [id]), {
        'a moment': encodeCursor('events', {}, ['2026-01-01T00:00:00.000Z']),
        'a number': encodeCursor('events', {}, [1]),
      }),
      {
        what: "a buyer sends an admin's cursor",
        send: `GET /orders?cursor=${good('orders', { caller: 'admin' })}`,
        answer: '400 INVALID_CURSOR',
      },
    ],
    lab: [
      ...badFields(run, {
        sku: notSku,
        buyers: [...missing, ...notCount, ['501', 501]],
        units: [...missing, ...notWhole, ['negative', -1], ['1,001', 1001]],
      }).map((row) => ({ ...row, names: undefined })),
      ...badFields(fault, {
        step: [...missing, ...notText, ['no step', 'payMoney']],
        mode: [...missing, ...notText, ['no mode', 'explode']],
        seconds: [...missing, ...notWhole, ['negative', -1], ['301', 301]],
      }),
    ],
    strangers: [
      ...buyerOnly,
      ...(['/checkouts', '/admin/overview', '/admin/events', '/admin/dead-letters'] as const).map(
        (path): Row => ({ what: `a buyer reads ${path}`, send: `GET ${path}`, answer: '403 FORBIDDEN' }),
      ),
      {
        what: 'a token stands in the address',
        send: 'GET /checkouts/{checkout}/events?access_token=x',
        as: 'nobody',
        answer: '401 UNAUTHENTICATED',
      },
      {
        what: 'a token stands in the address too',
        send: 'GET /checkouts/{checkout}/events?access_token=x',
        answer: '400 VALIDATION_FAILED',
        names: ['access_token'],
      },
    ],
  },
});
