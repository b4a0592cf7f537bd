import type { DiscountCommands, VoucherQueries } from '@shop/contracts/commands.ts';
import type { NewEvent } from '@shop/contracts/events.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NewVoucher } from './domain.ts';
import { cancelled, checkoutOf } from './testing.ts';

/** A way to reach discount, and what the suite needs around it. */
export interface DiscountUnderTest {
  commands: DiscountCommands & VoucherQueries;
  /** Makes a voucher; its currency is USD. */
  voucher(fields: Partial<NewVoucher> & { code: string }): Promise<unknown>;
  /** Has an event take effect. */
  deliver(event: NewEvent): Promise<void>;
  /** Uses of a voucher that were not given back. */
  used(code: string): Promise<number>;
}

/** What every `DiscountCommands` does, called in the process or over HTTP. The clock stands at 2026-06-01. */
export const discountCommandsConformance = (name: string, start: () => Promise<DiscountUnderTest>): void => {
  describe(`DiscountCommands ${name}`, () => {
    let it_: DiscountUnderTest;
    let number = 0;
    /** Makes a voucher under a code of its own. */
    const made = async (fields: Partial<NewVoucher> = {}): Promise<string> => {
      number += 1;
      const code = `CODE-${number}`;
      await it_.voucher({ ...fields, code });
      return code;
    };

    beforeAll(async () => {
      it_ = await start();
    });

    it('When a cart is quoted, then every amount is there and nothing is used', async () => {
      const code = await made();
      const quote = await it_.commands.quote(quoteOf([code.toLowerCase(), 'NOBODY']));
      expect(quote).toEqual({
        currency: 'USD',
        lines: [{ sku: 'MUG', quantity: 10, unitPrice: 1000, discount: 1000, total: 9000 }],
        subtotal: 10_000,
        discounts: [{ code, amount: 1000 }],
        rejected: [{ code: 'NOBODY', reason: 'UNKNOWN' }],
        discountTotal: 1000,
        total: 9000,
      });
      expect(await it_.used(code)).toBe(0);
    });

    it('When vouchers are applied, then each is used once, and a repeat gets the first reply', async () => {
      const codes = [await made(), await made({ type: 'fixed_amount', value: { amount: 500, currency: 'USD' } })];
      const command = checkoutOf(codes);
      const first = await it_.commands.apply(command);
      expect(first).toMatchObject({ ok: true, quote: { discountTotal: 1500, total: 8500, rejected: [] } });
      expect(await it_.commands.apply(command)).toEqual(first);
      expect(await Promise.all(codes.map(it_.used))).toEqual([1, 1]);
    });

    it('When one voucher is rejected, then the refusal says why and none is used', async () => {
      const good = await made();
      const bad = await made({ active: false });
      expect(await it_.commands.apply(checkoutOf([good, bad, 'no code at all']))).toMatchObject({
        ok: false,
        code: 'VOUCHER_REJECTED',
        errors: [
          { code: bad, reason: 'INACTIVE' },
          { code: 'no code at all', reason: 'UNKNOWN' },
        ],
      });
      expect(await it_.used(good)).toBe(0);
    });

    it('When all uses of a voucher are taken, then it is exhausted, until one comes back', async () => {
      const code = await made({ usageLimit: 1 });
      const exhausted = async () => (await it_.commands.exhaustedOf({ codes: [code] })).codes;
      expect(await exhausted()).toEqual([]);
      const command = checkoutOf([code]);
      await it_.commands.apply(command);
      expect(await exhausted()).toEqual([code]);
      expect(await it_.commands.apply(checkoutOf([code], { role: 'guest' }))).toMatchObject({
        errors: [{ code, reason: 'USAGE_LIMIT' }],
      });
      await it_.deliver(cancelled(command));
      expect(await exhausted()).toEqual([]);
    });

    it('When something else refuses a voucher first, or only some users, then that is not exhaustion', async () => {
      const stopped = await made({ usageLimit: 1 });
      await it_.commands.apply(checkoutOf([stopped]));
      const ended = await made({ usageLimit: 1, endsAt: '2026-06-01T00:00:00.000Z' });
      const once = await made({ perUserLimit: 1 });
      const free = await made({
        minSubtotal: { amount: 1_000_000, currency: 'USD' },
        userIds: [checkoutOf([]).userId],
      });
      const { codes } = await it_.commands.exhaustedOf({ codes: [ended, once, stopped.toLowerCase(), free, 'NOBODY'] });
      expect(codes).toEqual([stopped]);
    });

    it('When a checkout has no vouchers, then it is only priced', async () => {
      expect(await it_.commands.apply(checkoutOf([]))).toMatchObject({ ok: true, quote: { total: 10_000 } });
    });

    it('When the command comes after notAfter, then it is refused and nothing is used', async () => {
      const code = await made();
      const late = checkoutOf([code], { notAfter: '2026-05-31T23:59:59.999Z' });
      expect(await it_.commands.apply(late)).toMatchObject({ ok: false, code: 'CHECKOUT_TIMED_OUT' });
      expect(await it_.used(code)).toBe(0);
    });

    it('When the undo came first, then applying is refused for good', async () => {
      const code = await made();
      const command = checkoutOf([code]);
      await it_.deliver(cancelled(command));
      expect(await it_.commands.apply(command)).toMatchObject({ ok: false, code: 'SAGA_UNDONE' });
      expect(await it_.used(code)).toBe(0);
    });

    it('When it was undone, then the uses are back and a repeat is refused instead of getting the old success', async () => {
      const code = await made();
      const command = checkoutOf([code]);
      await it_.commands.apply(command);
      await it_.deliver(cancelled(command));
      expect(await it_.used(code)).toBe(0);
      expect(await it_.commands.apply(command)).toMatchObject({ ok: false, code: 'SAGA_UNDONE' });
      expect(await it_.used(code)).toBe(0);
    });
  });
};

const quoteOf = (codes: readonly string[]) => {
  const { userId, role, currency, lines } = checkoutOf(codes);
  return { userId, role, currency, lines, codes };
};
