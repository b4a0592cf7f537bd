import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BuyXGetY, Voucher } from '../domain.ts';
import { reducedUnits } from './deal.ts';
import { halfUp, spread } from './exact.ts';
import { type CartLine, priceCart } from './price-cart.ts';
import { cart, hugeLines, percentage, someLines, someVouchers } from './samples.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

describe('any cart with any vouchers', () => {
  it('When priced, then every sum is exact and no line goes below zero', () => {
    fc.assert(
      fc.property(someLines, someVouchers, (lines, vouchers) => {
        const quote = priceCart(cart(lines, vouchers));
        for (const { quantity, unitPrice, discount, total } of quote.lines) {
          expect(total).toBeGreaterThanOrEqual(0);
          expect(discount).toBeGreaterThanOrEqual(0);
          expect(discount + total).toBe(quantity * unitPrice);
        }
        expect(sum(quote.lines.map(({ discount }) => discount))).toBe(quote.discountTotal);
        expect(sum(quote.discounts.map(({ amount }) => amount))).toBe(quote.discountTotal);
        expect(quote.total).toBe(quote.subtotal - quote.discountTotal);
        expect(quote.discounts.every(({ amount }) => amount > 0)).toBe(true);
        expect([...quote.discounts, ...quote.rejected].map(({ code }) => code).sort()).toEqual(
          vouchers.map(({ code }) => code).sort(),
        );
      }),
      { numRuns: 400 },
    );
  });

  it('When the vouchers come in another order, then the quote is the same', () => {
    fc.assert(
      fc.property(someLines, someVouchers, fc.infiniteStream(fc.nat()), (lines, vouchers, keys) => {
        const shuffled = vouchers
          .map((one) => ({ one, key: keys.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(priceCart(cart(lines, shuffled))).toEqual(priceCart(cart(lines, vouchers)));
      }),
    );
  });

  it('When the lines come in another order, then one voucher gives the same amount, a cent a line aside', () => {
    fc.assert(
      fc.property(someLines, someVouchers, (lines, [voucher]) => {
        const vouchers = voucher ? [voucher] : [];
        const there = priceCart(cart(lines, vouchers));
        const back = priceCart(cart([...lines].reverse(), vouchers));
        expect(back.discounts).toEqual(there.discounts);
        expect(back.rejected).toEqual(there.rejected);
        if (voucher?.type === 'buy_x_get_y') return;
        for (const { sku, discount } of there.lines) {
          const other = back.lines.find((line) => line.sku === sku)?.discount ?? -1;
          expect(Math.abs(other - discount)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('When a percentage is higher, then it never gives less', () => {
    const bp = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(someLines, bp, bp, (lines, one, other) => {
        const gives = (value: number) => priceCart(cart(lines, [percentage('P', value)])).discountTotal;
        expect(gives(Math.max(one, other))).toBeGreaterThanOrEqual(gives(Math.min(one, other)));
      }),
    );
  });

  it('When the amounts are as large as the shop accepts, then they are still exact', () => {
    fc.assert(
      fc.property(hugeLines, fc.integer({ min: 1, max: 10_000 }), (lines, bp) => {
        const quote = priceCart(cart(lines, [percentage('P', bp)]));
        const subtotal = lines.reduce((total, { quantity, unitPrice }) => total + BigInt(quantity * unitPrice), 0n);
        const exact = (subtotal * BigInt(bp) * 2n + 10_000n) / 20_000n;
        expect(BigInt(quote.discountTotal)).toBe(exact);
        expect(sum(quote.lines.map(({ discount }) => discount))).toBe(quote.discountTotal);
      }),
      { numRuns: 60 },
    );
  });
});

describe('spreading an amount', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 8 });

  it('When spread, then shares sum exactly, stay within one unit of the exact share and below their line', () => {
    fc.assert(
      fc.property(weights, fc.double({ min: 0, max: 1, noNaN: true }), (caps, part) => {
        const room = sum(caps);
        const amount = Math.floor(room * part);
        const shares = spread(
          amount,
          caps.map((cap) => BigInt(cap)),
          caps,
        );
        expect(sum(shares)).toBe(amount);
        for (const [index, share] of shares.entries()) {
          const cap = caps[index] ?? 0;
          expect(share).toBeLessThanOrEqual(cap);
          expect(Math.abs(share - (room === 0 ? 0 : (amount * cap) / room))).toBeLessThan(1 + 1e-9);
        }
      }),
    );
  });

  it('When the caps can not hold the amount, then it throws instead of losing money', () => {
    expect(() => spread(3, [1n, 1n], [1, 1])).toThrow(RangeError);
    expect(() => spread(1, [0n], [5])).toThrow(RangeError);
  });

  it('When halves are rounded, then they go up', () => {
    expect([halfUp(5n, 10n), halfUp(4n, 10n), halfUp(15n, 10n), halfUp(0n, 10n)]).toEqual([1, 0, 2, 0]);
  });
});

/** The same rules in the plainest way: every unit on its own, cents handed out one by one. Small carts only. */
const naiveReduced = ({ buy, get }: BuyXGetY, lines: readonly CartLine[], inScope: (index: number) => boolean) => {
  const units = lines
    .flatMap(({ quantity, unitPrice }, index) => Array.from({ length: quantity }, () => ({ index, unitPrice })))
    .filter(({ index }) => inScope(index))
    .sort((a, b) => b.unitPrice - a.unitPrice);
  const reduced = lines.map(() => 0);
  for (let start = 0; start + buy + get <= units.length; start += buy + get) {
    for (const { index } of units.slice(start + buy, start + buy + get)) reduced[index] = (reduced[index] ?? 0) + 1;
  }
  return reduced;
};

const naiveGift = (voucher: Voucher, lines: readonly CartLine[], left: readonly number[]) => {
  const { scope } = voucher;
  const inScope = (index: number) =>
    scope.kind === 'order' || (scope.kind === 'skus' && scope.ids.includes(lines[index]?.sku ?? ''));
  const base = left.map((rest, index) => (inScope(index) ? rest : 0));
  if (voucher.type === 'fixed_amount') return { amount: Math.min(voucher.value.amount, sum(base)), weights: base };
  if (voucher.type === 'percentage') {
    return { amount: Math.floor((sum(base) * voucher.value + 5000) / 10_000), weights: base };
  }
  const { percentOff } = voucher.value;
  const weights = naiveReduced(voucher.value, lines, inScope).map((units, index) =>
    Math.min(units * (lines[index]?.unitPrice ?? 0) * percentOff, (left[index] ?? 0) * 10_000),
  );
  return { amount: Math.floor((sum(weights) + 5000) / 10_000), weights };
};

const naive = (lines: readonly CartLine[], vouchers: readonly Voucher[]) => {
  const subtotal = sum(lines.map(({ quantity, unitPrice }) => quantity * unitPrice));
  let left = lines.map(({ quantity, unitPrice }) => quantity * unitPrice);
  const applied: Voucher[] = [];
  const rejected: Record<string, string> = {};
  for (const voucher of [...vouchers].sort((a, b) => a.priority - b.priority || a.code.localeCompare(b.code, 'en'))) {
    const { amount, weights } = naiveGift(voucher, lines, left);
    if (subtotal < (voucher.minSubtotal?.amount ?? 0)) rejected[voucher.code] = 'MIN_SUBTOTAL';
    else if (applied.some((one) => !one.combinable) || (applied.length > 0 && !voucher.combinable)) {
      rejected[voucher.code] = 'NOT_COMBINABLE';
    } else if (amount === 0) rejected[voucher.code] = 'NOT_APPLICABLE';
    else {
      const all = sum(weights);
      const shares = weights.map((weight) => Math.floor((amount * weight) / all));
      const order = weights
        .map((weight, index) => ({ index, rest: (amount * weight) % all }))
        .sort((a, b) => b.rest - a.rest || a.index - b.index);
      for (const { index } of order.slice(0, amount - sum(shares))) shares[index] = (shares[index] ?? 0) + 1;
      left = left.map((rest, index) => rest - (shares[index] ?? 0));
      applied.push(voucher);
    }
  }
  return { left, applied: applied.map(({ code }) => code), rejected };
};

describe('against the naive way', () => {
  it('When carts are small, then both come to the same cent on every line', () => {
    fc.assert(
      fc.property(someLines, someVouchers, (lines, vouchers) => {
        const quote = priceCart(cart(lines, vouchers));
        const plain = naive(lines, vouchers);
        expect(quote.lines.map(({ total }) => total)).toEqual(plain.left);
        expect(quote.discounts.map(({ code }) => code)).toEqual(plain.applied);
        expect(Object.fromEntries(quote.rejected.map(({ code, reason }) => [code, reason]))).toEqual(plain.rejected);
      }),
      { numRuns: 500 },
    );
  });

  it('When units are counted by runs, then it is the same as one by one', () => {
    const deal = fc.record({
      buy: fc.integer({ min: 1, max: 9 }),
      get: fc.integer({ min: 1, max: 9 }),
      percentOff: fc.constant(10_000),
    });
    fc.assert(
      fc.property(someLines, deal, (lines, value) => {
        const open = lines.map(({ quantity, unitPrice }) => ({ quantity, unitPrice, left: 0, inScope: true }));
        expect(reducedUnits(value, open)).toEqual(naiveReduced(value, lines, () => true));
      }),
      { numRuns: 300 },
    );
  });
});
