import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Offer, Offers } from './catalogue.ts';
import { endMerge, freezeForMerge, takeIn } from './domain.merge.ts';
import { askAboutLock, completeForSaga, lockForSaga, unlockForSaga } from './domain.saga.ts';
import * as carts from './domain.ts';
import { cartView, linesToPrice } from './view.ts';

const now = new Date('2026-01-01T00:00:00.000Z');
const at = (ms: number) => new Date(now.getTime() + ms);

const offer = (sku: string, price = 100): Offer => ({ sku, productId: `p-${sku}`, title: sku, price });
const offersOf = (...skus: string[]): Offers => new Map(skus.map((sku) => [sku, offer(sku)]));

const cartWith = (quantities: Record<string, number>, vouchers: string[] = []): carts.Cart => ({
  ...carts.emptyCart('user'),
  lines: Object.entries(quantities).map(([sku, quantity]) => ({
    sku,
    productId: `p-${sku}`,
    title: sku,
    quantity,
    seenPrice: 100,
  })),
  vouchers,
});

const made = (decision: carts.Decision<unknown>): carts.Cart => {
  if (!decision.ok) throw new Error(decision.code);
  return decision.cart;
};

const saga = (sagaId: string) => ({
  sagaId,
  orderId: `order-${sagaId}`,
  userId: 'user',
  notAfter: '2027-01-01T00:00:00.000Z',
});

const numbered = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`SKU-${n}`, 1]));

describe('limits of a cart', () => {
  it('When an add would exceed 999 of a line, then it is refused, and 999 itself is not', () => {
    const cart = cartWith({ A: 990 });
    expect(made(carts.addItem(cart, { sku: 'A', quantity: 9 }, offersOf('A'), now)).lines[0]?.quantity).toBe(999);
    const refused = carts.addItem(cart, { sku: 'A', quantity: 10 }, offersOf('A'), now);
    expect(refused).toMatchObject({ code: 'QUANTITY_LIMIT', errors: [{ sku: 'A', requested: 1_000, limit: 999 }] });
  });

  it('When a cart has 100 lines, then another is refused and those that are there can still be changed', () => {
    const cart = cartWith(numbered(100));
    const offers = offersOf('NEW', 'SKU-7');
    expect(carts.addItem(cart, { sku: 'NEW', quantity: 1 }, offers, now)).toMatchObject({ code: 'CART_FULL' });
    expect(carts.setQuantity(cart, { sku: 'NEW', quantity: 1 }, offers, now)).toMatchObject({ code: 'CART_FULL' });
    expect(carts.addItem(cart, { sku: 'SKU-7', quantity: 1 }, offers, now).ok).toBe(true);
  });

  it('When a cart has 10 vouchers, then another is refused and one of them again changes nothing', () => {
    const codes = Array.from({ length: 10 }, (_, n) => `V${n}`);
    const cart = cartWith({}, codes);
    const add = (code: string) => carts.addVoucher(cart, { code, rejection: undefined }, now);
    expect(add('V10')).toMatchObject({ code: 'CART_FULL', detail: expect.stringContaining('10 vouchers') });
    expect(made(add('V3'))).toBe(cart);
  });

  it('When nothing would change, then the very same cart is answered, so that nothing is written', () => {
    const cart = cartWith({ A: 2 });
    expect(made(carts.setQuantity(cart, { sku: 'A', quantity: 2 }, offersOf('A'), now))).toBe(cart);
    expect(made(carts.setQuantity(cart, { sku: 'B', quantity: 0 }, offersOf('A'), now))).toBe(cart);
    expect(made(carts.removeItem(cart, 'B', now))).toBe(cart);
    expect(made(carts.removeVoucher(cart, 'B', now))).toBe(cart);
    expect(made(carts.clear(carts.emptyCart('user'), now))).toMatchObject({ version: 0 });
  });
});

describe('what a cart remembers of sagas', () => {
  const undo = (cart: carts.Cart, sagaId: string, time: Date) =>
    unlockForSaga(cart, { ...saga(sagaId), kind: 'rollback' }, time).cart;

  it('When sagas end, then those of the last 15 minutes and the last 20 are kept, and never more than 500', () => {
    let cart = carts.emptyCart('user');
    for (let n = 0; n < 600; n++) cart = undo(cart, `s${n}`, at(n));
    expect(cart.outcomes.map(({ sagaId }) => sagaId)).toEqual(Array.from({ length: 500 }, (_, n) => `s${n + 100}`));
    cart = undo(cart, 'later', at(15 * 60_000 + 1_000));
    expect(cart.outcomes).toHaveLength(20);
    expect(cart.outcomes.at(-1)?.sagaId).toBe('later');
    expect(undo(cart, 'later', at(16 * 60_000)).outcomes).toHaveLength(20);
  });

  it('When a refused saga is undone, then it answers SAGA_UNDONE and no longer its refusal', () => {
    const context = { offers: new Map([['A', offer('A', 150)]]), currency: 'USD' };
    const refused = lockForSaga(cartWith({ A: 1 }), saga('s'), context, now);
    expect(refused.reply).toMatchObject({ code: 'PRICE_CHANGED' });
    const undone = undo(refused.cart, 's', now);
    expect(lockForSaga(undone, saga('s'), context, now).reply).toMatchObject({ code: 'SAGA_UNDONE' });
  });

  it('When a lock holds on, then the cart asks after 1, 3, 7 … minutes, at last every hour', () => {
    let { cart } = lockForSaga(cartWith({ A: 1 }), saga('s'), { offers: offersOf('A'), currency: 'USD' }, now);
    const asks: number[] = [];
    for (let minute = 0; minute <= 300; minute++) {
      const asked = askAboutLock(cart, at(minute * 60_000));
      if (asked.events.length > 0) asks.push(minute);
      cart = asked.cart;
    }
    expect(asks).toEqual([1, 3, 7, 15, 31, 63, 123, 183, 243]);
  });
});

describe('taking a cart in', () => {
  const frozenOf = (cart: carts.Cart) => made(freezeForMerge({ ...cart, userId: 'guest' }, 'user', now));

  it('When both carts do not fit into one, then nothing is moved', () => {
    const guest = frozenOf(cartWith({ NEW: 1 }));
    expect(takeIn(cartWith(numbered(100)), guest, now).reply).toBe(false);
    const codes = Array.from({ length: 10 }, (_, n) => `V${n}`);
    expect(takeIn(cartWith({}, codes), frozenOf(cartWith({}, ['V10'])), now).reply).toBe(false);
    expect(takeIn(cartWith({}, codes), frozenOf(cartWith({}, ['V3'])), now).reply).toBe(true);
  });

  it('When an attempt was refused once, then it stays refused, and a later attempt is another one', () => {
    const frozen = frozenOf(cartWith({ A: 1 }));
    const locked = lockForSaga(cartWith({ B: 1 }), saga('s'), { offers: offersOf('B'), currency: 'USD' }, now).cart;
    const refused = takeIn(locked, frozen, now);
    expect(refused).toMatchObject({ reply: false, cart: { lock: { sagaId: 's' } } });
    const open = unlockForSaga(refused.cart, { ...saga('s'), kind: 'rollback' }, now).cart;
    // Someone who still holds the frozen cart of the first attempt comes late.
    expect(takeIn(open, frozen, now)).toMatchObject({ reply: false, cart: { lines: [{ sku: 'B' }] } });
    const again = made(freezeForMerge(endMerge(frozen, frozen, false, now).cart, 'user', now));
    expect(takeIn(open, again, now)).toMatchObject({ reply: true, cart: { lines: [{ sku: 'B' }, { sku: 'A' }] } });
  });

  it('When someone comes late to end a merge, then what the guest has put in since stays', () => {
    const frozen = frozenOf(cartWith({ A: 1 }));
    for (const taken of [true, false]) {
      const ended = endMerge(frozen, frozen, taken, now).cart;
      const used = made(carts.addItem(ended, { sku: 'B', quantity: 1 }, offersOf('B'), now));
      expect(endMerge(used, frozen, true, now).cart).toBe(used);
      const again = made(freezeForMerge(used, 'user', now));
      expect(endMerge(again, frozen, true, now).cart).toBe(again);
    }
  });

  it('When two carts are to move into each other, then neither waits for the other', () => {
    const guest = frozenOf(cartWith({ A: 1 }));
    const user = made(freezeForMerge(cartWith({ B: 1 }), 'guest', now));
    expect(takeIn(user, guest, now).reply).toBe(false);
  });
});

const skus = ['A', 'B', 'C'];
const anySku = fc.constantFrom(...skus);
const anyStep = fc.oneof(
  fc.record({ do: fc.constant('add' as const), sku: anySku, quantity: fc.integer({ min: 1, max: 999 }) }),
  fc.record({ do: fc.constant('set' as const), sku: anySku, quantity: fc.integer({ min: 0, max: 999 }) }),
  fc.record({ do: fc.constant('remove' as const), sku: anySku }),
  fc.record({ do: fc.constant('clear' as const) }),
  fc.record({ do: fc.constant('voucher' as const), code: fc.constantFrom('X', 'Y') }),
  fc.record({ do: fc.constant('price' as const), sku: anySku, price: fc.option(fc.integer({ min: 0, max: 500 })) }),
  fc.record({
    do: fc.constantFrom('lock' as const, 'undo' as const, 'complete' as const),
    sagaId: fc.constantFrom('1', '2', '3'),
  }),
  fc.record({ do: fc.constant('merge' as const), sku: anySku, quantity: fc.integer({ min: 1, max: 999 }) }),
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

const edited = (cart: carts.Cart, decision: carts.Decision<unknown>): carts.Cart =>
  decision.ok ? decision.cart : cart;

const play = (cart: carts.Cart, step: Step, offers: Map<string, Offer>, time: Date): carts.Cart => {
  switch (step.do) {
    case 'add':
      return edited(cart, carts.addItem(cart, step, offers, time));
    case 'set':
      return edited(cart, carts.setQuantity(cart, step, offers, time));
    case 'remove':
      return edited(cart, carts.removeItem(cart, step.sku, time));
    case 'clear':
      return edited(cart, carts.clear(cart, time));
    case 'voucher':
      return edited(cart, carts.addVoucher(cart, { code: step.code, rejection: undefined }, time));
    case 'price':
      if (step.price === null) offers.delete(step.sku);
      else offers.set(step.sku, offer(step.sku, step.price));
      return cart;
    case 'lock':
      return lockForSaga(cart, saga(step.sagaId), { offers, currency: 'USD' }, time).cart;
    case 'undo':
      return unlockForSaga(cart, { ...saga(step.sagaId), kind: 'rollback' }, time).cart;
    case 'complete':
      return completeForSaga(cart, saga(step.sagaId), time).cart;
    case 'merge': {
      const guest = { ...cartWith({ [step.sku]: step.quantity }), userId: `guest-${time.getTime()}` };
      const frozen = made(freezeForMerge(guest, 'user', time));
      const { cart: next, reply } = takeIn(cart, frozen, time);
      expect(endMerge(frozen, frozen, true, time).cart).toMatchObject({ lines: [], cartNo: 2 });
      expect(takeIn(next, frozen, time)).toMatchObject({ reply });
      expect(takeIn(next, frozen, time).cart).toBe(next);
      return next;
    }
  }
};

const assertSound = (before: carts.Cart, cart: carts.Cart, step: Step, offers: Offers) => {
  const view = cartView(cart, offers, 'USD');
  expect(new Set(view.items.map(({ sku }) => sku)).size).toBe(view.items.length);
  for (const { quantity } of view.items) expect(quantity >= 1 && quantity <= 999).toBe(true);
  const shown = view.items.filter(({ available }) => available);
  expect(view.subtotal.amount).toBe(
    shown.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0),
  );
  expect(linesToPrice(cart, offers).map(({ sku }) => sku)).toEqual(shown.map(({ sku }) => sku));
  expect(cart.version - before.version).toBe(cart === before ? 0 : 1);
  // What a checkout has frozen stays frozen until that checkout lets go.
  if (before.lock && cart.lock) {
    expect(cart.lock).toEqual(before.lock);
    expect(cart.lines).toEqual(before.lines);
  }
  if (before.lock && !cart.lock) expect(['undo', 'complete']).toContain(step.do);
  expect(cart.cartNo - before.cartNo).toBe(step.do === 'complete' && before.lock && !cart.lock ? 1 : 0);
  if (cart.lock)
    expect(cart.lines.map(({ sku, quantity }) => [sku, quantity])).toEqual(
      cart.lock.snapshot.lines.map(({ sku, quantity }) => [sku, quantity]),
    );
};

describe('any history of a cart', () => {
  it('When commands come in any order, then the cart stays sound and nobody locks a price unseen', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const offers = new Map(skus.map((sku) => [sku, offer(sku)]));
        let cart = carts.emptyCart('user');
        steps.forEach((step, n) => {
          const before = cart;
          cart = play(cart, step, offers, at(n));
          assertSound(before, cart, step, offers);
          const lockedNow = !before.lock && cart.lock;
          for (const line of before.lines) if (lockedNow) expect(line.seenPrice).toBe(offers.get(line.sku)?.price);
        });
      }),
      { numRuns: 300 },
    );
  });
});
