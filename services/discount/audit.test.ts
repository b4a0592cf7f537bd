import { beforeAll, describe, expect, it } from 'vitest';
import { checkoutOf, type StartedDiscount, startDiscount } from './testing.ts';

let shop: StartedDiscount;
beforeAll(async () => {
  shop = await startDiscount();
});

describe('auditing', () => {
  it('When rows were tampered with, then each breach is named', async () => {
    await shop.voucher({ code: 'TAMPERED', perUserLimit: 1 });
    const command = checkoutOf(['TAMPERED'], { userId: 'kim' });
    await shop.discount.apply(command);
    const tamper = async (text: string) => {
      await shop.pg.query({ text });
      return shop.discount.audit();
    };
    expect(await tamper("update vouchers set used = 2 where code = 'TAMPERED'")).toEqual([
      'TAMPERED counts 2 uses and has 1 live redemptions',
    ]);
    expect(await tamper("update applications set state = 'released' where user_id = 'kim'")).toContain(
      `saga ${command.sagaId} was released and still holds TAMPERED`,
    );
    expect(await tamper("update redemptions set released_at = now() where code = 'TAMPERED'")).toEqual([
      'TAMPERED counts 2 uses and has 0 live redemptions',
    ]);
    expect(await tamper("update vouchers set used = 0 where code = 'TAMPERED'")).toEqual([]);
    await expect(tamper("update vouchers set usage_limit = 1, used = 2 where code = 'TAMPERED'")).rejects.toThrow(
      'voucher_uses_within_limit',
    );
  });
});
