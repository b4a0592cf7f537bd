import type { VoucherRejection } from '@shop/contracts/commands.ts';
import { describe, expect, it } from 'vitest';
import type { Voucher } from '../domain.ts';
import type { CartToPrice } from './price-cart.ts';
import { priceCart } from './price-cart.ts';
import { buyXGetY, cart, fixedAmount, line, percentage } from './samples.ts';

const discounts = (quote: ReturnType<typeof priceCart>) => quote.lines.map(({ discount }) => discount);

describe('pricing a cart', () => {
  it('When there is no voucher, then nothing is taken off', () => {
    expect(priceCart(cart([line('A', 3, 700), line('B', 1, 50)], []))).toEqual({
      currency: 'USD',
      lines: [
        { sku: 'A', quantity: 3, unitPrice: 700, discount: 0, total: 2100 },
        { sku: 'B', quantity: 1, unitPrice: 50, discount: 0, total: 50 },
      ],
      subtotal: 2150,
      discounts: [],
      rejected: [],
      discountTotal: 0,
      total: 2150,
    });
  });

  it('When a percentage falls on half a cent, then the sum is rounded up once, not line by line', () => {
    const quote = priceCart(cart([line('A', 1, 5), line('B', 1, 5), line('C', 1, 5)], [percentage('TEN', 1000)]));
    expect(quote.discountTotal).toBe(2);
    expect(discounts(quote)).toEqual([1, 1, 0]);
  });

  it('When a percentage falls just below half a cent, then it is rounded down', () => {
    expect(priceCart(cart([line('A', 1, 14_999)], [percentage('P', 1)])).discountTotal).toBe(1);
    expect(priceCart(cart([line('A', 1, 15_000)], [percentage('P', 1)])).discountTotal).toBe(2);
  });

  it('When a fixed amount is more than the lines in its scope, then they become free and the rest is lost', () => {
    const quote = priceCart(
      cart([line('A', 1, 300), line('B', 1, 900)], [fixedAmount('F', 500, { scope: { kind: 'skus', ids: ['A'] } })]),
    );
    expect(discounts(quote)).toEqual([300, 0]);
    expect(quote.total).toBe(900);
  });

  it('When remainders tie, then earlier lines get the units', () => {
    const thirds = [line('A', 1, 100), line('B', 1, 100), line('C', 1, 100)];
    expect(discounts(priceCart(cart(thirds, [fixedAmount('F', 100)])))).toEqual([34, 33, 33]);
    expect(discounts(priceCart(cart(thirds, [fixedAmount('F', 101)])))).toEqual([34, 34, 33]);
  });

  it('When several vouchers apply, then each works on what the earlier ones left, lowest priority first, then code', () => {
    const lines = [line('A', 1, 10_000)];
    const half = percentage('HALF', 5000, { priority: 2 });
    const ten = fixedAmount('TEN', 1000, { priority: 1 });
    expect(priceCart(cart(lines, [half, ten])).discounts).toEqual([
      { code: 'TEN', amount: 1000 },
      { code: 'HALF', amount: 4500 },
    ]);
    expect(priceCart(cart(lines, [{ ...half, priority: 1 } as Voucher, ten])).discounts).toEqual([
      { code: 'HALF', amount: 5000 },
      { code: 'TEN', amount: 1000 },
    ]);
  });

  it('When units are bought in groups, then the cheapest of each full group are reduced, the dearest grouped first', () => {
    const lines = [line('CHEAP', 2, 100), line('DEAR', 3, 1000)];
    // 1000 1000 [1000] | 100 100 – the second group is not full.
    expect(discounts(priceCart(cart(lines, [buyXGetY('B2G1', 2, 1, 10_000)])))).toEqual([0, 1000]);
    // 1000 [1000] | 1000 [100] | 100
    expect(discounts(priceCart(cart(lines, [buyXGetY('B1G1', 1, 1, 10_000)])))).toEqual([100, 1000]);
    expect(discounts(priceCart(cart(lines, [buyXGetY('B1G1', 1, 1, 3333)])))).toEqual([33, 334]);
  });

  it('When a line has less left than its reduced units cost, then it gives what it has left and no more', () => {
    const lines = [line('A', 2, 1000), line('B', 2, 1000)];
    const first = fixedAmount('FIRST', 1900, { priority: 1, scope: { kind: 'skus', ids: ['A'] } });
    // A [A] | B [B]: A has 100 left, B gives its full unit.
    const quote = priceCart(cart(lines, [first, buyXGetY('SECOND', 1, 1, 10_000)]));
    expect(quote.discounts).toEqual([
      { code: 'FIRST', amount: 1900 },
      { code: 'SECOND', amount: 1100 },
    ]);
    expect(quote.lines.map(({ total }) => total)).toEqual([0, 1000]);
  });

  it('When a scope names products, SKUs or categories, then only their lines count, categories in any case', () => {
    const lines = [line('A', 1, 1000), line('B', 1, 1000), line('C', 1, 1000)];
    const categoryOf = (id: string) => ({ 'product of B': 'Küche', 'product of C': '' })[id];
    const on = (scope: Voucher['scope']) =>
      discounts(priceCart(cart(lines, [percentage('P', 1000, { scope })], { categoryOf })));
    expect(on({ kind: 'products', ids: ['product of A', 'product of C'] })).toEqual([100, 0, 100]);
    expect(on({ kind: 'skus', ids: ['C'] })).toEqual([0, 0, 100]);
    expect(on({ kind: 'categories', ids: ['KÜCHE', 'other'] })).toEqual([0, 100, 0]);
    expect(on({ kind: 'skus', ids: ['a'] })).toEqual([0, 0, 0]);
  });
});

const reason = (voucher: Voucher, more: Partial<CartToPrice> = {}): VoucherRejection | undefined =>
  priceCart(cart([line('A', 1, 1000)], [voucher], more)).rejected[0]?.reason;

describe('rejecting a voucher', () => {
  const cases: readonly [string, VoucherRejection | undefined, Partial<Voucher>, Partial<CartToPrice>?][] = [
    ['it was stopped', 'INACTIVE', { active: false }],
    ['its end is now', 'EXPIRED', { endsAt: '2026-06-01T00:00:00.000Z' }],
    ['its end is a moment away', undefined, { endsAt: '2026-06-01T00:00:00.001Z' }],
    ['its start is a moment away', 'NOT_STARTED', { startsAt: '2026-06-01T00:00:00.001Z' }],
    ['its start is now', undefined, { startsAt: '2026-06-01T00:00:00.000Z' }],
    ['its minimum is in another currency', 'WRONG_CURRENCY', { minSubtotal: { amount: 1, currency: 'EUR' } }],
    ['its uses are used up', 'USAGE_LIMIT', { usageLimit: 2, used: 2 }],
    ['one use is left', undefined, { usageLimit: 2, used: 1 }],
    ['a guest meets a limit per user', 'SIGN_IN_REQUIRED', { perUserLimit: 1 }, { user: { id: 'g', role: 'guest' } }],
    ['a guest meets no limit per user', undefined, {}, { user: { id: 'g', role: 'guest' } }],
    ['it is for others', 'WRONG_USER', { userIds: ['sam'] }],
    ['it is for this user', undefined, { userIds: ['sam', 'kim'] }],
    ['the subtotal is a cent short', 'MIN_SUBTOTAL', { minSubtotal: { amount: 1001, currency: 'USD' } }],
    ['the subtotal is just enough', undefined, { minSubtotal: { amount: 1000, currency: 'USD' } }],
    ['no line is in its scope', 'NOT_APPLICABLE', { scope: { kind: 'skus', ids: ['Z'] } }],
  ];
  for (const [when, then, fields, more] of cases) {
    it(`When ${when}, then it is ${then ?? 'applied'}`, () => {
      expect(reason(percentage('P', 1000, fields), more)).toBe(then);
    });
  }

  it('When a fixed amount is in another currency, then it is WRONG_CURRENCY', () => {
    expect(reason(fixedAmount('F', 1), { currency: 'EUR' })).toBe('WRONG_CURRENCY');
  });

  it('When the user has used it as often as allowed, then it is PER_USER_LIMIT', () => {
    const one = percentage('P', 1000, { perUserLimit: 2 });
    expect(reason(one, { candidates: [{ voucher: one, usedByUser: 2 }] })).toBe('PER_USER_LIMIT');
    expect(reason(one, { candidates: [{ voucher: one, usedByUser: 1 }] })).toBeUndefined();
  });

  it('When it gives less than half a cent, then it is NOT_APPLICABLE', () => {
    expect(reason(percentage('P', 4))).toBe('NOT_APPLICABLE');
    expect(reason(percentage('P', 5))).toBeUndefined();
  });

  it('When several reasons hold, then the one that no change of the cart cures is named', () => {
    const hopeless = percentage('P', 1, {
      active: false,
      endsAt: '2020-01-01T00:00:00.000Z',
      usageLimit: 1,
      used: 1,
      minSubtotal: { amount: 1_000_000, currency: 'USD' },
    });
    expect(reason(hopeless)).toBe('INACTIVE');
    expect(reason({ ...hopeless, active: true } as Voucher)).toBe('EXPIRED');
  });

  it('When one that is not combinable comes first, then it stands alone', () => {
    const alone = percentage('ALONE', 1000, { combinable: false, priority: 1 });
    const quote = priceCart(cart([line('A', 1, 1000)], [percentage('OTHER', 500), alone]));
    expect(quote.discounts).toEqual([{ code: 'ALONE', amount: 100 }]);
    expect(quote.rejected).toEqual([{ code: 'OTHER', reason: 'NOT_COMBINABLE' }]);
  });

  it('When one that is not combinable comes later, then it is the one kept out', () => {
    const alone = percentage('ALONE', 1000, { combinable: false, priority: 200 });
    const quote = priceCart(cart([line('A', 1, 1000)], [alone, percentage('OTHER', 500)]));
    expect(quote.discounts).toEqual([{ code: 'OTHER', amount: 50 }]);
    expect(quote.rejected).toEqual([{ code: 'ALONE', reason: 'NOT_COMBINABLE' }]);
  });

  it('When one that is not combinable gives nothing, then it keeps nobody out', () => {
    const alone = percentage('ALONE', 1000, { combinable: false, priority: 1, scope: { kind: 'skus', ids: ['Z'] } });
    const quote = priceCart(cart([line('A', 1, 1000)], [alone, percentage('OTHER', 500)]));
    expect(quote.discounts).toEqual([{ code: 'OTHER', amount: 50 }]);
    expect(quote.rejected).toEqual([{ code: 'ALONE', reason: 'NOT_APPLICABLE' }]);
  });

  it('When codes are unknown, then they are listed among the others by code', () => {
    const quote = priceCart(
      cart([line('A', 1, 1000)], [percentage('M', 500, { active: false })], { unknown: ['Z', 'B'] }),
    );
    expect(quote.rejected.map(({ code, reason }) => [code, reason])).toEqual([
      ['B', 'UNKNOWN'],
      ['M', 'INACTIVE'],
      ['Z', 'UNKNOWN'],
    ]);
  });
});
