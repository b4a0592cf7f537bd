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
const reasons = (replies: ApplyReply[]) =>
  new Set(replies.flatMap((reply) => (reply.ok ? [] : (reply.errors ?? []).map(({ reason }) => reason))));

describe('a hot voucher', () => {
  it('When 30 buyers want 5 uses at once, then exactly 5 get one and the others are told why', async () => {
    await shop.voucher({ code: 'HOT', usageLimit: 5 });
    const replies = await Promise.all(Array.from({ length: 30 }, () => shop.discount.apply(checkoutOf(['HOT']))));
    expect(granted(replies)).toHaveLength(5);
    expect(reasons(replies)).toEqual(new Set(['USAGE_LIMIT']));
    expect(await shop.used('HOT')).toBe(5);
  });

  it('When one user checks out on many devices at once, then the limit per user holds', async () => {
    await shop.voucher({ code: 'MINE', perUserLimit: 2 });
    const userId = 'kim';
    const replies = await Promise.all(
      Array.from({ length: 12 }, () => shop.discount.apply(checkoutOf(['MINE'], { userId }))),
    );
    expect(granted(replies)).toHaveLength(2);
    expect(reasons(replies)).toEqual(new Set(['PER_USER_LIMIT']));
    expect(granted([await shop.discount.apply(checkoutOf(['MINE'], { userId: 'sam' }))])).toHaveLength(1);
  });

  it('When the last use is given back and taken at once, then it is never held twice', async () => {
    await shop.voucher({ code: 'ONE', usageLimit: 1 });
    let holder = checkoutOf(['ONE']);
    await shop.discount.apply(holder);
    for (let round = 0; round < 5; round += 1) {
      const next = Array.from({ length: 4 }, () => checkoutOf(['ONE']));
      const [, ...replies] = await Promise.all([
        shop.deliver(cancelled(holder)),
        ...next.map((command) => shop.discount.apply(command)),
      ]);
      const winners = next.filter((_, index) => replies[index]?.ok);
      expect(winners.length).toBeLessThanOrEqual(1);
      expect(await shop.used('ONE')).toBe(winners.length);
      holder = winners[0] ?? checkoutOf(['ONE']);
      if (winners.length === 0) await shop.discount.apply(holder);
    }
  });

  it('When one of two vouchers runs out, then no checkout is left holding the other alone', async () => {
    await shop.voucher({ code: 'AMPLE' });
    await shop.voucher({ code: 'SCARCE', usageLimit: 3 });
    const both = () => shop.discount.apply(checkoutOf(['AMPLE', 'SCARCE']));
    const replies = await Promise.all(Array.from({ length: 15 }, both));
    expect(granted(replies)).toHaveLength(3);
    expect([await shop.used('AMPLE'), await shop.used('SCARCE')]).toEqual([3, 3]);
  });
});

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

describe('a voucher that changes between its price and its redemption', () => {
  const priced = async (code: string) => {
    const command = checkoutOf([code]);
    const { candidates } = await shop.store.applications.facts({ ...command, productIds: [], sagaId: command.sagaId });
    const quote = await shop.discount.quote(command);
    const vouchers = candidates.map(({ voucher }) => voucher);
    return { saga: command, quote, vouchers, now: shop.clock.now() };
  };
  const traces = async (sagaId: string) =>
    shop.pg.query({ text: 'select 1 from applications where saga_id = $1', values: [sagaId] });

  it('When it got another value, then the old price is not redeemed and leaves nothing', async () => {
    await shop.voucher({ code: 'CHANGED' });
    const redeeming = await priced('CHANGED');
    await shop.discount.vouchers.change('CHANGED', { value: 500 }, undefined);
    expect(await shop.store.applications.redeem(redeeming)).toEqual({ outcome: 'stale' });
    expect(await traces(redeeming.saga.sagaId)).toEqual([]);
    expect(await shop.discount.apply(redeeming.saga)).toMatchObject({ ok: true, quote: { total: 9500 } });
  });

  it('When it was stopped, then it is not redeemed, and the checkout is told so', async () => {
    await shop.voucher({ code: 'STOPPED' });
    const redeeming = await priced('STOPPED');
    await shop.discount.vouchers.stop('STOPPED', undefined);
    expect(await shop.store.applications.redeem(redeeming)).toEqual({ outcome: 'stale' });
    expect(await shop.discount.apply(redeeming.saga)).toMatchObject({ errors: [{ reason: 'INACTIVE' }] });
  });

  it('When the last of two vouchers is stale, then the first is given back with it', async () => {
    await shop.voucher({ code: 'FIRST' });
    await shop.voucher({ code: 'SECOND', usageLimit: 1 });
    const command = checkoutOf(['FIRST', 'SECOND']);
    const { candidates } = await shop.store.applications.facts({ ...command, productIds: [], sagaId: command.sagaId });
    const quote = await shop.discount.quote(command);
    await shop.discount.apply(checkoutOf(['SECOND']));
    const vouchers = candidates.map(({ voucher }) => voucher);
    const outcome = await shop.store.applications.redeem({ saga: command, quote, vouchers, now: shop.clock.now() });
    expect(outcome).toEqual({ outcome: 'stale' });
    expect([await shop.used('FIRST'), await shop.used('SECOND')]).toEqual([0, 1]);
  });

  it('When changes and checkouts race, then every checkout pays a price that the voucher really had', async () => {
    await shop.voucher({ code: 'RACED' });
    const changes = [2000, 3000, 4000].map((value) => shop.discount.vouchers.change('RACED', { value }, undefined));
    const replies = await Promise.all(Array.from({ length: 12 }, () => shop.discount.apply(checkoutOf(['RACED']))));
    await Promise.all(changes);
    expect(granted(replies)).toHaveLength(12);
    for (const reply of replies) expect([9000, 8000, 7000, 6000]).toContain(reply.ok && reply.quote.total);
  });
});

describe('limits that change while they are used', () => {
  it('When a limit is lowered while buyers redeem, then it never ends below the uses', async () => {
    await shop.voucher({ code: 'LOWERED', usageLimit: 20 });
    const [outcome, ...replies] = await Promise.all([
      shop.discount.vouchers.change('LOWERED', { usageLimit: 4 }, undefined),
      ...Array.from({ length: 12 }, () => shop.discount.apply(checkoutOf(['LOWERED']))),
    ]);
    const limit = 'ok' in outcome ? 20 : 4;
    expect(granted(replies).length).toBeLessThanOrEqual(limit);
    expect(await shop.used('LOWERED')).toBe(granted(replies).length);
  });

  it('When a limit per user is lowered while that user redeems, then nobody holds more than the limit', async () => {
    await shop.voucher({ code: 'PERSONAL', perUserLimit: 9 });
    await Promise.all([
      ...Array.from({ length: 6 }, () => shop.discount.apply(checkoutOf(['PERSONAL'], { userId: 'kim' }))),
      shop.discount.vouchers.change('PERSONAL', { perUserLimit: 2 }, undefined),
    ]);
  });
});
