import { describe, expect, it } from 'vitest';
import type { History, Purchase } from './history.ts';
import type { Stall } from './keeper.ts';
import { type Stored, type StoredCheckout, verify } from './verify.ts';

/** A run in which one customer bought a mug, another was refused, and the admin put ten mugs on the shelf. */
const run = (): { history: History; stall: Stall; stored: Stored; bought: Purchase; kept: StoredCheckout } => {
  const bought: Purchase = {
    userId: 'kim',
    key: 'k1',
    lines: { MUG: 2 },
    outcome: { kind: 'completed', orderId: 'o1' },
  };
  const kept: StoredCheckout = {
    id: 'c1',
    userId: 'kim',
    key: 'k1',
    state: 'completed',
    problem: null,
    orderId: 'o1',
    status: 'confirmed',
    lines: [{ sku: 'MUG', quantity: 2 }],
    vouchers: [{ code: 'FEW', amount: 100 }],
  };
  const refused: StoredCheckout = {
    ...kept,
    id: 'c2',
    userId: 'eve',
    key: 'k2',
    state: 'compensated',
    problem: 'OUT_OF_STOCK',
    orderId: null,
    status: null,
    lines: null,
    vouchers: null,
  };
  return {
    bought,
    kept,
    history: {
      shoppers: [],
      purchases: [bought, { userId: 'eve', key: 'k2', outcome: { kind: 'refused', code: 'OUT_OF_STOCK' } }],
      adjustments: [
        { sku: 'MUG', delta: 10, key: 'a1', outcome: 'applied' },
        { sku: 'MUG', delta: -99, key: 'a2', outcome: 'refused' },
      ],
      wrong: [],
      seconds: [],
    },
    stall: { stock: { MUG: 5 }, scarce: ['MUG'], vouchers: [{ code: 'FEW', limit: 1, perUser: 1 }] },
    stored: { checkouts: [kept, refused], stock: { MUG: { onHand: 13, reserved: 0 } } },
  };
};

type Run = ReturnType<typeof run>;

const stockOf = ({ stored }: Run, onHand: number, reserved = 0): void => {
  stored.stock.MUG = { onHand, reserved };
};

describe('What clients were told, against what is stored', () => {
  it('When all is as it was told, then nothing is said', () => {
    const { history, stall, stored } = run();
    expect(verify(history, stall, stored)).toEqual([]);
  });

  it('When an order was cancelled, then its units are back; one that was only asked for may have been', () => {
    for (const cancel of ['asked', 'acknowledged'] as const) {
      const one = run();
      one.bought.cancel = cancel;
      one.kept.status = 'cancelled';
      stockOf(one, 15);
      expect(verify(one.history, one.stall, one.stored)).toEqual([]);
    }
  });

  const breaches: [what: string, spoil: (run: Run) => void, sentence: string][] = [
    [
      'an acknowledged order is gone',
      (one) => {
        one.stored.checkouts.shift();
        stockOf(one, 15);
      },
      'key k1 was told {"kind":"completed","orderId":"o1"}, and nothing is stored for it',
    ],
    [
      'a completed checkout was rolled back',
      (one) => Object.assign(one.kept, { state: 'compensated', orderId: null }),
      'key k1 was told order o1, and is stored as compensated without an order',
    ],
    [
      'a key led to another order',
      ({ kept }) => Object.assign(kept, { orderId: 'o9' }),
      'key k1 was told order o1, and is stored as completed with order o9 (confirmed)',
    ],
    [
      'a cancel was acknowledged and forgotten',
      ({ bought }) => Object.assign(bought, { cancel: 'acknowledged' }),
      'order o1 should be cancelled, and is confirmed',
    ],
    [
      'an order that nobody cancelled is cancelled',
      (one) => {
        one.kept.status = 'cancelled';
        stockOf(one, 15);
      },
      'order o1 should be confirmed, and is cancelled',
    ],
    [
      'the order is for something else than the cart held',
      (one) => Object.assign(one.kept, { lines: [{ sku: 'MUG', quantity: 3 }] }) && stockOf(one, 12),
      'order o1 is for 3 MUG, and the cart held 2 MUG',
    ],
    [
      'a refused checkout has an order',
      (one) => {
        const order = { orderId: 'o2', status: 'confirmed', lines: [] };
        Object.assign(one.stored.checkouts[1] ?? {}, { state: 'completed', problem: null, ...order });
      },
      'key k2 was told OUT_OF_STOCK, and is stored as completed with order o2 (confirmed)',
    ],
    [
      'there is an order that nobody asked for',
      (one) => one.stored.checkouts.push({ ...one.kept, id: 'c3', key: 'k3', orderId: 'o3', lines: [], vouchers: [] }),
      'nobody asked for checkout c3 of kim: completed with order o3 (confirmed)',
    ],
    [
      'it is stored for somebody else',
      ({ kept }) => Object.assign(kept, { userId: 'eve' }),
      'key k1 of kim is stored for eve',
    ],
    ['a unit was sold twice', (one) => stockOf(one, 14), 'MUG: 14 on hand, and 13 by what came in and was bought'],
    [
      'a refused adjustment took effect',
      ({ history }) => Object.assign(history.adjustments[1] ?? {}, { outcome: 'applied' }),
      'MUG: 13 on hand, and -86 by what came in and was bought',
    ],
    ['something is held for ever', (one) => stockOf(one, 13, 1), 'MUG: 1 are held, and nobody is buying'],
    [
      'a voucher was used once too often',
      ({ stall }) => Object.assign(stall.vouchers[0] ?? {}, { limit: 0 }),
      'voucher FEW: 1 uses of 0',
    ],
    [
      'somebody used a voucher twice',
      ({ stall }) => Object.assign(stall.vouchers[0] ?? {}, { perUser: 0 }),
      'voucher FEW: 1 uses by kim of 0',
    ],
  ];

  it.each(breaches)('When %s, then it is told', (_what, spoil, sentence) => {
    const one = run();
    spoil(one);
    expect(verify(one.history, one.stall, one.stored)).toEqual([sentence]);
  });
});
