import type { QuoteRequest, VoucherRejection } from '@shop/contracts/commands.ts';
import { refuse } from '@shop/contracts/problems.ts';
import { plainQuote } from '@shop/contracts/quote.ts';
import { manualClock } from '@shop/platform/testing/time.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import { describe, expect, it } from 'vitest';
import { createEarlyRefusals } from './early-refusal.ts';
import { agreeable } from './testing/participants.ts';

const saga = { sagaId: 's', orderId: 'o', userId: 'ada', notAfter: '2030-01-01T00:00:00.000Z' };
const ada = { id: 'ada', role: 'customer' } as const;
const lines = [{ sku: 'MUG', productId: 'mug', quantity: 2, unitPrice: 1_000 }];

interface Shop {
  /** What can be had of the one SKU. */
  left: number;
  /** What is in the cart. */
  vouchers: string[];
  /** Whether the cart could be locked. */
  open: boolean;
  /** Why vouchers can't be used; by `USAGE_LIMIT` nobody can. */
  rejections: Record<string, VoucherRejection>;
  stockReads: number;
  voucherReads: string[][];
  quotes: number;
  away: boolean;
}

/** A shop with one SKU that is in everybody's cart; what it has, and says, is up to the test. */
const arrange = (clock = systemClock) => {
  const shop: Shop = {
    left: 0,
    vouchers: [],
    open: true,
    rejections: {},
    stockReads: 0,
    voucherReads: [],
    quotes: 0,
    away: false,
  };
  const rejectedOf = (codes: readonly string[]) =>
    [...codes].sort().flatMap((code) => {
      const reason = shop.rejections[code];
      return reason ? [{ code, reason }] : [];
    });
  const answer = <Answer>(answered: Answer): Answer => {
    if (shop.away) throw new Error('gone');
    return answered;
  };
  const early = createEarlyRefusals({
    cart: {
      demandOf: async () =>
        shop.open ? { currency: 'USD', lines, vouchers: shop.vouchers } : { currency: 'USD', lines: [], vouchers: [] },
    },
    inventory: {
      async availableOf({ skus }) {
        shop.stockReads += 1;
        return answer({ stock: skus.map((sku) => ({ sku, available: shop.left })) });
      },
    },
    discount: {
      async exhaustedOf({ codes }) {
        shop.voucherReads.push([...codes]);
        return answer({ codes: codes.filter((code) => shop.rejections[code] === 'USAGE_LIMIT') });
      },
      async quote(request: QuoteRequest) {
        shop.quotes += 1;
        return answer({ ...plainQuote(request.lines, request.currency), rejected: rejectedOf(request.codes) });
      },
    },
    clock,
  });
  const participants = agreeable();
  participants.inventory.reserve = async () => ({
    ...refuse('OUT_OF_STOCK'),
    errors: [{ sku: 'MUG', requested: 2, available: shop.left }],
  });
  participants.discount.apply = async ({ codes }) => refuse('VOUCHER_REJECTED', { errors: rejectedOf(codes) });
  const commands = early.noting(participants);
  return {
    shop,
    look: (request = {}) => early.look(ada, request),
    soldOut: () => commands.inventory.reserve({ ...saga, lines }),
    /** A checkout of these vouchers is refused. */
    refused: (...codes: string[]) =>
      commands.discount.apply({ ...saga, role: 'customer', currency: 'USD', lines, codes }),
  };
};

const outOfStock = (available: number) => refuse('OUT_OF_STOCK', { errors: [{ sku: 'MUG', requested: 2, available }] });
const rejected = (...errors: { code: string; reason: VoucherRejection }[]) => refuse('VOUCHER_REJECTED', { errors });

describe('An early refusal', () => {
  it('When nothing was short lately, then nobody is asked', async () => {
    const { shop, look } = arrange();
    expect(await look()).toBeUndefined();
    expect([shop.stockReads, shop.voucherReads]).toEqual([0, []]);
  });

  it('When a SKU of the cart was short, then the stock of now refuses, saying how much there is', async () => {
    const { shop, look, soldOut } = arrange();
    await soldOut();
    shop.left = 1;
    expect(await look()).toEqual(outOfStock(1));
  });

  it('When the stock is back, then nobody is refused for what was', async () => {
    const { shop, look, soldOut } = arrange();
    await soldOut();
    expect(await look()).toBeDefined();
    shop.left = 2;
    expect(await look()).toBeUndefined();
  });

  it('When many look at the same moment, then the stock is read once for all of them', async () => {
    const { shop, look, soldOut } = arrange();
    await soldOut();
    const refusals = await Promise.all(Array.from({ length: 50 }, () => look()));
    expect(refusals.every((refusal) => refusal?.code === 'OUT_OF_STOCK')).toBe(true);
    expect(shop.stockReads).toBe(1);
  });

  it('When stock can not be read, then the checkout is let on', async () => {
    const { shop, look, soldOut } = arrange();
    await soldOut();
    shop.away = true;
    expect(await look()).toBeUndefined();
  });

  it('When a shortage is long ago, then nobody is asked any more', async () => {
    const clock = manualClock();
    const { shop, look, soldOut } = arrange(clock);
    await soldOut();
    clock.advance(60_000);
    expect(await look()).toBeUndefined();
    expect(shop.stockReads).toBe(0);
  });

  it('When the cart could not be locked, then that refusal is left to the checkout', async () => {
    const { shop, look, soldOut } = arrange();
    await soldOut();
    shop.open = false;
    expect(await look()).toBeUndefined();
  });

  it('When another total is expected, then that refusal, which comes first, is left to the checkout', async () => {
    const { look, soldOut } = arrange();
    await soldOut();
    expect(await look({ expectedTotal: { amount: 1, currency: 'USD' } })).toBeUndefined();
    expect(await look({ expectedTotal: { amount: 2_000, currency: 'USD' } })).toEqual(outOfStock(0));
  });
});

describe('An early refusal of a voucher', () => {
  /** A shop that has stock, and one voucher in every cart, whose uses were all taken a moment ago. */
  const exhausted = async (clock = systemClock) => {
    const parts = arrange(clock);
    Object.assign(parts.shop, { left: 10, vouchers: ['TEN'], rejections: { TEN: 'USAGE_LIMIT' } });
    await parts.refused('TEN');
    return parts;
  };

  it('When its uses were all taken, then those of now refuse, read once for all who ask, without a price', async () => {
    const { shop, look } = await exhausted();
    const refusals = await Promise.all(Array.from({ length: 50 }, () => look()));
    expect(refusals).toEqual(Array.from({ length: 50 }, () => rejected({ code: 'TEN', reason: 'USAGE_LIMIT' })));
    expect([shop.voucherReads, shop.quotes]).toEqual([[['TEN']], 0]);
  });

  it('When uses come back, then nobody is refused for what was, nor looks any more', async () => {
    const { shop, look } = await exhausted();
    expect(await look()).toBeDefined();
    shop.rejections = {};
    expect(await look()).toBeUndefined();
    expect(await look()).toBeUndefined();
    expect(shop.voucherReads).toHaveLength(2);
  });

  it('When a cart has no such voucher, then its uses are not read', async () => {
    const { shop, look } = await exhausted();
    shop.vouchers = ['OTHER'];
    expect(await look()).toBeUndefined();
    expect(shop.voucherReads).toEqual([]);
  });

  it('When another voucher beside it is rejected, then the refusal names both, as that of the checkout', async () => {
    const { shop, look } = await exhausted();
    shop.vouchers = ['TEN', 'OLD', 'GOOD'];
    shop.rejections = { TEN: 'USAGE_LIMIT', OLD: 'EXPIRED' };
    expect(await look()).toEqual(rejected({ code: 'OLD', reason: 'EXPIRED' }, { code: 'TEN', reason: 'USAGE_LIMIT' }));
  });

  it('When stock is short as well, then the voucher is what refuses: it comes first', async () => {
    const { shop, look, soldOut } = await exhausted();
    await soldOut();
    shop.left = 0;
    expect(await look()).toEqual(rejected({ code: 'TEN', reason: 'USAGE_LIMIT' }));
    shop.rejections = { TEN: 'EXPIRED' };
    expect(await look()).toEqual(rejected({ code: 'TEN', reason: 'EXPIRED' }));
    shop.rejections = {};
    expect(await look()).toEqual(outOfStock(0));
  });

  it('When discount can not be asked, then the checkout is let on', async () => {
    const { shop, look } = await exhausted();
    shop.away = true;
    expect(await look()).toBeUndefined();
  });

  it('When it is long ago, then nobody is asked any more', async () => {
    const clock = manualClock();
    const { shop, look } = await exhausted(clock);
    clock.advance(60_000);
    expect(await look()).toBeUndefined();
    expect(shop.voucherReads).toEqual([]);
  });

  it('When a user has used it as often as each may, then this user is refused while that is so', async () => {
    const { shop, look, refused } = arrange();
    Object.assign(shop, { left: 10, vouchers: ['ONCE'], rejections: { ONCE: 'PER_USER_LIMIT' } });
    await refused('ONCE');
    expect(await look()).toEqual(rejected({ code: 'ONCE', reason: 'PER_USER_LIMIT' }));
    shop.rejections = {};
    expect(await look()).toBeUndefined();
  });
});
