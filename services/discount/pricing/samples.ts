import fc from 'fast-check';
import type { Voucher } from '../domain.ts';
import type { CartLine, CartToPrice } from './price-cart.ts';

/** Carts and vouchers for the tests of pricing. */
export const voucher = (fields: Partial<Voucher> & Pick<Voucher, 'code' | 'type' | 'value'>): Voucher =>
  ({
    scope: { kind: 'order' },
    combinable: true,
    priority: 100,
    active: true,
    used: 0,
    version: 1,
    ...fields,
  }) as Voucher;

export const percentage = (code: string, value: number, fields: Partial<Voucher> = {}): Voucher =>
  voucher({ ...fields, code, type: 'percentage', value } as Parameters<typeof voucher>[0]);

export const fixedAmount = (code: string, amount: number, fields: Partial<Voucher> = {}): Voucher =>
  voucher({ ...fields, code, type: 'fixed_amount', value: { amount, currency: 'USD' } } as Parameters<
    typeof voucher
  >[0]);

export const buyXGetY = (code: string, buy: number, get: number, percentOff: number, fields: Partial<Voucher> = {}) =>
  voucher({ ...fields, code, type: 'buy_x_get_y', value: { buy, get, percentOff } } as Parameters<typeof voucher>[0]);

export const line = (sku: string, quantity: number, unitPrice: number): CartLine => ({
  sku,
  productId: `product of ${sku}`,
  quantity,
  unitPrice,
});

export const cart = (
  lines: readonly CartLine[],
  vouchers: readonly Voucher[],
  more: Partial<CartToPrice> = {},
): CartToPrice => ({
  lines,
  currency: 'USD',
  user: { id: 'kim', role: 'customer' },
  now: new Date('2026-06-01T00:00:00.000Z'),
  candidates: vouchers.map((one) => ({ voucher: one, usedByUser: 0 })),
  unknown: [],
  categoryOf: () => undefined,
  ...more,
});

const skus = ['A', 'B', 'C', 'D', 'E'];

export const someLines = fc
  .array(fc.record({ quantity: fc.integer({ min: 1, max: 12 }), unitPrice: fc.integer({ min: 0, max: 3000 }) }), {
    minLength: 1,
    maxLength: skus.length,
  })
  .map((lines) => lines.map(({ quantity, unitPrice }, index) => line(skus[index] ?? '', quantity, unitPrice)));

/** Lines up to what the shop accepts at all: their sums times 10 000 are far beyond safe integers. */
export const hugeLines = fc
  .array(
    fc.record({ quantity: fc.integer({ min: 1, max: 999 }), unitPrice: fc.integer({ min: 0, max: 10_000_000_000 }) }),
    { minLength: 1, maxLength: 100 },
  )
  .map((lines) => lines.map(({ quantity, unitPrice }, index) => line(`SKU-${index}`, quantity, unitPrice)));

const someScope = fc.oneof(
  fc.constant({ kind: 'order' } as const),
  fc.uniqueArray(fc.constantFrom(...skus), { minLength: 1 }).map((ids) => ({ kind: 'skus', ids }) as const),
);

const someDeal = fc.oneof(
  fc.integer({ min: 1, max: 10_000 }).map((value) => ({ type: 'percentage', value }) as const),
  fc
    .integer({ min: 1, max: 5000 })
    .map((amount) => ({ type: 'fixed_amount', value: { amount, currency: 'USD' } }) as const),
  fc
    .record({
      buy: fc.integer({ min: 1, max: 4 }),
      get: fc.integer({ min: 1, max: 3 }),
      percentOff: fc.integer({ min: 1, max: 10_000 }),
    })
    .map((value) => ({ type: 'buy_x_get_y', value }) as const),
);

export const someVouchers = fc
  .array(
    fc.record({
      deal: someDeal,
      scope: someScope,
      priority: fc.integer({ min: 0, max: 3 }),
      combinable: fc.boolean(),
      minimum: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
    }),
    { maxLength: 5 },
  )
  .map((drafts) =>
    drafts.map(({ deal, minimum, ...fields }, index) =>
      voucher({
        ...deal,
        ...fields,
        code: `V${index}`,
        ...(minimum && { minSubtotal: { amount: minimum, currency: 'USD' } }),
      } as Parameters<typeof voucher>[0]),
    ),
  );
