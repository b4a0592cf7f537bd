import type { ApplyReply } from '@shop/contracts/commands.ts';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cancelled, checkoutOf, type StartedDiscount, startDiscount } from './testing.ts';

let shop: StartedDiscount;
beforeAll(async () => {
  shop = await startDiscount();
});
afterEach(async () => {
  expect(await shop.discount.audit()).toEqual([]);
});

const granted = (replies: ApplyReply[]) => replies.filter(({ ok }) => ok);

describe('orders of locking', () => {
  it('When checkouts apply vouchers in opposite orders, then all succeed without a deadlock', async () => {
    // Priority is the opposite of the order of codes: pricing and locking go different ways.
    for (const [priority, code] of ['L3', 'L2', 'L1'].entries()) await shop.voucher({ code, priority });
    const before = await deadlocks();
    const replies = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        shop.discount.apply(checkoutOf(index % 2 ? ['L1', 'L2', 'L3'] : ['L3', 'L2', 'L1'])),
      ),
    );
    expect(granted(replies)).toHaveLength(24);
    expect(await deadlocks()).toBe(before);
  });

  it('When a batch gives back vouchers in another order than checkouts take them, then all get through', async () => {
    // The order of codes is neither that of priorities nor the one in which the rows lie.
    for (const [priority, code] of ['Y', 'X'].entries()) await shop.voucher({ code, priority });
    const before = await deadlocks();
    for (let round = 0; round < 5; round += 1) {
      const held = [];
      for (const code of ['Y', 'X', 'Y', 'X', 'Y', 'X']) {
        const command = checkoutOf([code]);
        await shop.discount.apply(command);
        held.push(command);
      }
      const [, , ...replies] = await Promise.all([
        shop.deliver(...held.slice(0, 3).map((command) => cancelled(command))),
        shop.deliver(...held.slice(3).map((command) => cancelled(command))),
        ...Array.from({ length: 10 }, () => shop.discount.apply(checkoutOf(['X', 'Y']))),
      ]);
      expect(granted(replies)).toHaveLength(10);
    }
    expect([await shop.used('X'), await shop.used('Y')]).toEqual([50, 50]);
    expect(await deadlocks()).toBe(before);
  });

  const deadlocks = async () => {
    const text = 'select deadlocks from pg_stat_database where datname = current_database()';
    const [row] = await shop.pg.query<{ deadlocks: number }>({ text });
    return row?.deadlocks;
  };
});
