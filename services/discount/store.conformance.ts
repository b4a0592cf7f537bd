import type { ApplyReply } from '@shop/contracts/commands.ts';
import type { NewEvent } from '@shop/contracts/events.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cancelled, checkoutOf, type DiscountUnderTest, orderCreated, product } from './testing.ts';

/** What every `DiscountStore` promises, together with the inbox and the outbox of its database. */
export const discountStoreConformance = <T>(adapter: string, start: () => Promise<DiscountUnderTest<T>>): void => {
  describe(`DiscountStore: ${adapter}`, () => {
    let started: DiscountUnderTest<T>;
    beforeAll(async () => {
      started = await start();
    });
    afterEach(async () => {
      expect(await started.discount.audit()).toEqual([]);
    });
    const shop = () => started;
    describe('a hot voucher', () => crowding(shop));
    describe('a voucher that changes between its price and its redemption', () => changing(shop));
    describe('limits that change while they are used', () => limiting(shop));
    // From here on time moves.
    describe('applying vouchers', () => applying(shop));
    describe('undoing', () => undoing(shop));
    describe('asking what became of a checkout', () => asking(shop));
    describe('knowing the catalogue', () => knowing(shop));
    describe('the makers of vouchers', () => making(shop));
    describe('what was undone long ago', () => forgetting(shop));
  });
};

type Shop<T> = () => DiscountUnderTest<T>;

const later = { notAfter: '2027-01-01T00:00:00.000Z' };

const ofSaga = <Fact extends { sagaId: string }>(facts: Fact[], { sagaId }: { sagaId: string }) =>
  facts.filter((fact) => fact.sagaId === sagaId);

const granted = (replies: ApplyReply[]) => replies.filter(({ ok }) => ok);
const reasons = (replies: ApplyReply[]) =>
  new Set(replies.flatMap((reply) => (reply.ok ? [] : (reply.errors ?? []).map(({ reason }) => reason))));

/** What the store has noted of a saga. */
const applicationOf = async <T>({ store }: DiscountUnderTest<T>, { sagaId }: { sagaId: string }) =>
  (await store.applications.facts({ codes: [], productIds: [], userId: '', sagaId })).application;

const applying = <T>(shop: Shop<T>): void => {
  it('When applied, then discount.applied says so once, keyed by the order, also when the command is repeated', async () => {
    await shop().voucher({ code: 'SAID' });
    const command = checkoutOf(['SAID']);
    await Promise.all([shop().discount.apply(command), shop().discount.apply(command), shop().discount.apply(command)]);
    expect(ofSaga(await shop().said('discount.applied'), command)).toEqual([
      {
        sagaId: command.sagaId,
        orderId: command.orderId,
        userId: command.userId,
        vouchers: [{ code: 'SAID', amount: 1000 }],
        version: 1,
      },
    ]);
    expect(await shop().used('SAID')).toBe(1);
    const ofOrder = (await shop().events()).filter(({ key }) => key === command.orderId);
    expect(ofOrder).toHaveLength(1);
  });

  it('When refused, then nothing is noted of it and nothing is said', async () => {
    await shop().voucher({ code: 'FULL', usageLimit: 1 });
    await shop().discount.apply(checkoutOf(['FULL']));
    const command = checkoutOf(['FULL']);
    expect(await shop().discount.apply(command)).toMatchObject({ errors: [{ code: 'FULL', reason: 'USAGE_LIMIT' }] });
    expect(await applicationOf(shop(), command)).toBeUndefined();
    expect(ofSaga(await shop().said('discount.applied'), command)).toEqual([]);
  });

  it('When its own first attempt took the last use, then a repeat still gets that reply', async () => {
    await shop().voucher({ code: 'LAST', usageLimit: 1 });
    const command = checkoutOf(['LAST']);
    const first = await shop().discount.apply(command);
    expect(first).toMatchObject({ ok: true });
    shop().clock.advance(20_000);
    expect(await shop().discount.apply(command)).toEqual(first);
  });

  it('When a redemption is made, then the version of its voucher stays', async () => {
    const { version } = await shop().voucher({ code: 'STEADY' });
    await shop().discount.apply(checkoutOf(['STEADY'], { notAfter: '2027-01-01T00:00:00Z' }));
    expect(await shop().discount.vouchers.find('STEADY')).toMatchObject({ version, used: 1 });
  });
};

const undoing = <T>(shop: Shop<T>): void => {
  it('When undone twice, then the use comes back once, and both undos are answered, the second with a higher version', async () => {
    await shop().voucher({ code: 'BACK' });
    await shop().discount.apply(checkoutOf(['BACK'], later));
    const command = checkoutOf(['BACK'], later);
    await shop().discount.apply(command);
    await shop().deliver(cancelled(command));
    await shop().deliver(cancelled(command));
    expect(await shop().used('BACK')).toBe(1);
    const held = { sagaId: command.sagaId, orderId: command.orderId, userId: command.userId, kind: 'rollback' };
    const vouchers = [{ code: 'BACK', amount: 1000 }];
    expect(ofSaga(await shop().said('discount.released'), command)).toEqual([
      { ...held, vouchers, version: 2 },
      { ...held, vouchers, version: 3 },
    ]);
  });

  it('When nothing was held, then it is answered all the same', async () => {
    const command = checkoutOf([]);
    await shop().deliver(cancelled(command, { kind: 'cancel' }));
    expect(ofSaga(await shop().said('discount.released'), command)).toMatchObject([
      { kind: 'cancel', vouchers: [], version: 1 },
    ]);
  });

  it('When discount is not asked to undo, then it neither does nor answers', async () => {
    await shop().voucher({ code: 'KEPT' });
    const command = checkoutOf(['KEPT'], later);
    await shop().discount.apply(command);
    await shop().deliver(cancelled(command, { participants: ['cart', 'inventory'] }));
    expect(await shop().used('KEPT')).toBe(1);
    expect(ofSaga(await shop().said('discount.released'), command)).toEqual([]);
  });

  it('When an order is cancelled after it was created, then its uses come back', async () => {
    await shop().voucher({ code: 'ORDERED' });
    const command = checkoutOf(['ORDERED'], later);
    await shop().discount.apply(command);
    await shop().deliver(orderCreated(command));
    await shop().deliver(cancelled(command, { kind: 'cancel' }));
    expect(await shop().used('ORDERED')).toBe(0);
    const [redemption] = await shop().store.vouchers.redemptions('ORDERED', undefined, 1);
    expect(redemption).toMatchObject({ orderId: command.orderId, releasedAt: shop().clock.now().toISOString() });
  });

  it('When order.created comes after the undo, then the uses stay back', async () => {
    await shop().voucher({ code: 'ABSORBED' });
    const command = checkoutOf(['ABSORBED'], later);
    await shop().discount.apply(command);
    await shop().deliver(cancelled(command));
    await shop().deliver(orderCreated(command));
    expect(await shop().used('ABSORBED')).toBe(0);
    expect(await shop().discount.apply(command)).toMatchObject({ code: 'SAGA_UNDONE' });
  });

  it('When do and undo race, then whichever way it ends, nothing stays held', async () => {
    await shop().voucher({ code: 'CROSS', usageLimit: 40 });
    const commands = Array.from({ length: 20 }, () => checkoutOf(['CROSS'], later));
    await Promise.all(
      commands.flatMap((command) => [shop().discount.apply(command), shop().deliver(cancelled(command))]),
    );
    expect(await shop().used('CROSS')).toBe(0);
    const answers = await shop().said('discount.released');
    for (const command of commands) expect(ofSaga(answers, command)).toHaveLength(1);
  });

  it('When a use comes back, then the same user can use the voucher again', async () => {
    await shop().voucher({ code: 'AGAIN', usageLimit: 1, perUserLimit: 1 });
    const command = checkoutOf(['AGAIN'], later);
    await shop().discount.apply(command);
    const retry = checkoutOf(['AGAIN'], { ...later, userId: command.userId });
    expect(await shop().discount.apply(retry)).toMatchObject({ code: 'VOUCHER_REJECTED' });
    await shop().deliver(cancelled(command));
    expect(await shop().discount.apply(retry)).toMatchObject({ ok: true });
  });
};

const asking = <T>(shop: Shop<T>): void => {
  const questions = async (command: { sagaId: string }) =>
    ofSaga(await shop().said('discount.redemption_expired'), command);

  it('When an application waits for longer than a minute, then it asks, then again after twice the time, until it is settled', async () => {
    await shop().voucher({ code: 'WAITING' });
    // Applications of other tests ask first.
    shop().clock.advance(60_000);
    while ((await shop().discount.askAboutExpiredApplications(100)) > 0);
    const command = checkoutOf(['WAITING'], later);
    await shop().discount.apply(command);
    shop().clock.advance(59_999);
    await shop().discount.askAboutExpiredApplications(100);
    expect(await questions(command)).toEqual([]);
    shop().clock.advance(1);
    await shop().discount.askAboutExpiredApplications(100);
    await shop().discount.askAboutExpiredApplications(100);
    const { sagaId, orderId, userId } = command;
    expect(await questions(command)).toEqual([{ sagaId, orderId, userId, version: 2 }]);
    shop().clock.advance(119_999);
    await shop().discount.askAboutExpiredApplications(100);
    expect(await questions(command)).toHaveLength(1);
    shop().clock.advance(1);
    await shop().discount.askAboutExpiredApplications(100);
    expect(await questions(command)).toMatchObject([{ version: 2 }, { version: 3 }]);
    await shop().deliver(orderCreated(command));
    shop().clock.advance(7_200_000);
    await shop().discount.askAboutExpiredApplications(100);
    expect(await questions(command)).toHaveLength(2);
  });

  it('When several processes ask at once, then each application is asked about once', async () => {
    await shop().voucher({ code: 'MANY' });
    const commands = Array.from({ length: 12 }, () => checkoutOf(['MANY'], later));
    for (const command of commands) await shop().discount.apply(command);
    shop().clock.advance(60_000);
    await Promise.all(Array.from({ length: 6 }, () => shop().discount.askAboutExpiredApplications(100)));
    for (const command of commands) expect(await questions(command)).toHaveLength(1);
  });
};

const knowing = <T>(shop: Shop<T>): void => {
  const kitchen = { code: 'KITCHEN', scope: { kind: 'categories' as const, ids: ['kitchen'] } };
  const changes = (data: ReturnType<typeof product>): NewEvent => ({ type: 'product.updated', key: data.id, data });
  const priceOf = async (productId: string, code = 'KITCHEN') => {
    const lines = [{ sku: 'MUG', productId, quantity: 1, unitPrice: 1000 }];
    return (await shop().discount.quote({ ...checkoutOf([code]), lines })).total;
  };

  it('When a product is not known yet, then its category is read from the catalogue, once', async () => {
    await shop().voucher(kitchen);
    const mug = product();
    shop().products.push(mug);
    const before = shop().catalogue.asked;
    expect(await priceOf(mug.id)).toBe(900);
    expect(await priceOf(mug.id)).toBe(900);
    expect(shop().catalogue.asked).toBe(before + 1);
    expect(await priceOf('nobody knows it')).toBe(1000);
  });

  it('When no voucher looks at categories, then the catalogue is left alone', async () => {
    await shop().voucher({ code: 'PLAIN' });
    const before = shop().catalogue.asked;
    expect(await priceOf('nobody knows it', 'PLAIN')).toBe(900);
    expect(shop().catalogue.asked).toBe(before);
  });

  it('When facts come out of order, then the newest version counts', async () => {
    const mug = product({ version: 3 });
    await shop().deliver(changes(mug), changes({ ...mug, category: 'Garden', version: 2 }));
    expect(await priceOf(mug.id)).toBe(900);
    await shop().deliver(changes({ ...mug, category: 'Garden', version: 4 }));
    expect(await priceOf(mug.id)).toBe(1000);
  });

  it('When a SKU is looked for, then the products that have it now are found', async () => {
    const { catalogue } = shop().store;
    const [cup, pot] = [product({ sku: 'CUP', price: 300 }), product({ sku: 'POT', price: 900 })];
    await catalogue.learn([cup, { ...cup, version: 2, category: 'Garden' }, pot]);
    await catalogue.learn([cup]);
    const garden = { productId: cup.id, category: 'Garden', prices: { CUP: 300 } };
    expect(await catalogue.bySkus(['CUP', 'NONE', 'toString'])).toEqual([garden]);
    await catalogue.learn([{ ...cup, version: 3, variants: [] }]);
    expect(await catalogue.bySkus(['CUP'])).toEqual([]);
  });
};

const crowding = <T>(shop: Shop<T>): void => {
  it('When 30 buyers want 5 uses at once, then exactly 5 get one and the others are told why', async () => {
    await shop().voucher({ code: 'HOT', usageLimit: 5 });
    const replies = await Promise.all(Array.from({ length: 30 }, () => shop().discount.apply(checkoutOf(['HOT']))));
    expect(granted(replies)).toHaveLength(5);
    expect(reasons(replies)).toEqual(new Set(['USAGE_LIMIT']));
    expect(await shop().used('HOT')).toBe(5);
  });

  it('When one user checks out on many devices at once, then the limit per user holds', async () => {
    await shop().voucher({ code: 'MINE', perUserLimit: 2 });
    const userId = 'kim';
    const replies = await Promise.all(
      Array.from({ length: 12 }, () => shop().discount.apply(checkoutOf(['MINE'], { userId }))),
    );
    expect(granted(replies)).toHaveLength(2);
    expect(reasons(replies)).toEqual(new Set(['PER_USER_LIMIT']));
    expect(granted([await shop().discount.apply(checkoutOf(['MINE'], { userId: 'sam' }))])).toHaveLength(1);
  });

  it('When the last use is given back and taken at once, then it is never held twice', async () => {
    await shop().voucher({ code: 'ONE', usageLimit: 1 });
    let holder = checkoutOf(['ONE']);
    await shop().discount.apply(holder);
    for (let round = 0; round < 5; round += 1) {
      const next = Array.from({ length: 4 }, () => checkoutOf(['ONE']));
      const [, ...replies] = await Promise.all([
        shop().deliver(cancelled(holder)),
        ...next.map((command) => shop().discount.apply(command)),
      ]);
      const winners = next.filter((_, index) => replies[index]?.ok);
      expect(winners.length).toBeLessThanOrEqual(1);
      expect(await shop().used('ONE')).toBe(winners.length);
      holder = winners[0] ?? checkoutOf(['ONE']);
      if (winners.length === 0) await shop().discount.apply(holder);
    }
  });

  it('When one of two vouchers runs out, then no checkout is left holding the other alone', async () => {
    await shop().voucher({ code: 'AMPLE' });
    await shop().voucher({ code: 'SCARCE', usageLimit: 3 });
    const both = () => shop().discount.apply(checkoutOf(['AMPLE', 'SCARCE']));
    const replies = await Promise.all(Array.from({ length: 15 }, both));
    expect(granted(replies)).toHaveLength(3);
    expect([await shop().used('AMPLE'), await shop().used('SCARCE')]).toEqual([3, 3]);
  });
};

const changing = <T>(shop: Shop<T>): void => {
  const priced = async (code: string) => {
    const command = checkoutOf([code]);
    const { candidates } = await shop().store.applications.facts({
      ...command,
      productIds: [],
      sagaId: command.sagaId,
    });
    const quote = await shop().discount.quote(command);
    const vouchers = candidates.map(({ voucher }) => voucher);
    return { saga: command, quote, vouchers, now: shop().clock.now() };
  };
  it('When it got another value, then the old price is not redeemed and leaves nothing', async () => {
    await shop().voucher({ code: 'CHANGED' });
    const redeeming = await priced('CHANGED');
    await shop().discount.vouchers.change('CHANGED', { value: 500 }, undefined);
    expect(await shop().store.applications.redeem(redeeming)).toEqual({ outcome: 'stale' });
    expect(await applicationOf(shop(), redeeming.saga)).toBeUndefined();
    expect(await shop().discount.apply(redeeming.saga)).toMatchObject({ ok: true, quote: { total: 9500 } });
  });

  it('When it was stopped, then it is not redeemed, and the checkout is told so', async () => {
    await shop().voucher({ code: 'STOPPED' });
    const redeeming = await priced('STOPPED');
    await shop().discount.vouchers.stop('STOPPED', undefined);
    expect(await shop().store.applications.redeem(redeeming)).toEqual({ outcome: 'stale' });
    expect(await shop().discount.apply(redeeming.saga)).toMatchObject({ errors: [{ reason: 'INACTIVE' }] });
  });

  it('When the last of two vouchers is stale, then the first is given back with it', async () => {
    await shop().voucher({ code: 'FIRST' });
    await shop().voucher({ code: 'SECOND', usageLimit: 1 });
    const command = checkoutOf(['FIRST', 'SECOND']);
    const { candidates } = await shop().store.applications.facts({
      ...command,
      productIds: [],
      sagaId: command.sagaId,
    });
    const quote = await shop().discount.quote(command);
    await shop().discount.apply(checkoutOf(['SECOND']));
    const vouchers = candidates.map(({ voucher }) => voucher);
    const outcome = await shop().store.applications.redeem({ saga: command, quote, vouchers, now: shop().clock.now() });
    expect(outcome).toEqual({ outcome: 'stale' });
    expect([await shop().used('FIRST'), await shop().used('SECOND')]).toEqual([0, 1]);
  });

  it('When changes and checkouts race, then every checkout pays a price that the voucher really had', async () => {
    await shop().voucher({ code: 'RACED' });
    const changes = [2000, 3000, 4000].map((value) => shop().discount.vouchers.change('RACED', { value }, undefined));
    const replies = await Promise.all(Array.from({ length: 12 }, () => shop().discount.apply(checkoutOf(['RACED']))));
    await Promise.all(changes);
    expect(granted(replies)).toHaveLength(12);
    for (const reply of replies) expect([9000, 8000, 7000, 6000]).toContain(reply.ok && reply.quote.total);
  });
};

const limiting = <T>(shop: Shop<T>): void => {
  it('When a limit is lowered while buyers redeem, then it never ends below the uses', async () => {
    await shop().voucher({ code: 'LOWERED', usageLimit: 20 });
    const [outcome, ...replies] = await Promise.all([
      shop().discount.vouchers.change('LOWERED', { usageLimit: 4 }, undefined),
      ...Array.from({ length: 12 }, () => shop().discount.apply(checkoutOf(['LOWERED']))),
    ]);
    const limit = 'ok' in outcome ? 20 : 4;
    expect(granted(replies).length).toBeLessThanOrEqual(limit);
    expect(await shop().used('LOWERED')).toBe(granted(replies).length);
  });

  it('When a limit per user is lowered while that user redeems, then nobody holds more than the limit', async () => {
    await shop().voucher({ code: 'PERSONAL', perUserLimit: 9 });
    await Promise.all([
      ...Array.from({ length: 6 }, () => shop().discount.apply(checkoutOf(['PERSONAL'], { userId: 'kim' }))),
      shop().discount.vouchers.change('PERSONAL', { perUserLimit: 2 }, undefined),
    ]);
  });
};

const making = <T>(shop: Shop<T>): void => {
  it('When a voucher is made with every term, then it is found as it was, and its code is taken', async () => {
    const { vouchers } = shop().store;
    const terms = {
      code: 'FULL-TERMS',
      type: 'fixed_amount' as const,
      value: { amount: 500, currency: 'USD' },
      scope: { kind: 'skus' as const, ids: ['A', 'b'] },
      minSubtotal: { amount: 1000, currency: 'USD' },
      usageLimit: 7,
      perUserLimit: 2,
      userIds: [systemIds.uuid()],
      startsAt: '2026-01-01T00:00:00.000Z',
      endsAt: '2027-01-01T00:00:00.000Z',
      combinable: false,
      priority: 3,
      active: true,
    };
    expect(await vouchers.create(terms)).toEqual({ ...terms, used: 0, version: 1 });
    expect(await vouchers.create({ ...terms, priority: 4 })).toBeUndefined();
    expect(await vouchers.find('FULL-TERMS')).toEqual({ ...terms, used: 0, version: 1 });
    const { minSubtotal: _, userIds: __, endsAt: ___, ...fewer } = terms;
    expect(await vouchers.change(1, fewer)).toEqual({ ...fewer, used: 0, version: 2 });
    expect(await vouchers.change(1, terms)).toBe('stale');
    expect(await vouchers.change(1, { ...terms, code: 'NEVER-MADE' })).toBe('stale');
    const facts = (await shop().events()).filter(({ key }) => key === 'FULL-TERMS');
    const fact = { code: 'FULL-TERMS', type: 'fixed_amount', active: true };
    expect(facts).toEqual([
      { type: 'discount.created', key: 'FULL-TERMS', data: { ...fact, version: 1 } },
      { type: 'discount.updated', key: 'FULL-TERMS', data: { ...fact, version: 2 } },
    ]);
  });

  it('When what was found is changed by its reader, then what is stored stays as it was', async () => {
    const { vouchers } = shop().store;
    await shop().voucher({ code: 'WHOLE', scope: { kind: 'skus', ids: ['A'] } });
    const found = await vouchers.find('WHOLE');
    if (found?.scope.kind === 'skus') found.scope.ids.push('B');
    expect(await vouchers.find('WHOLE')).toMatchObject({ scope: { ids: ['A'] } });
  });

  it('When a limit would fall below what is used, by all or by one, then nothing changes', async () => {
    const { vouchers } = shop().store;
    const { used: _, version: __, ...terms } = await shop().voucher({ code: 'IN-USE' });
    for (const userId of ['kim', 'kim', 'sam'])
      await shop().discount.apply(checkoutOf(['IN-USE'], { ...later, userId }));
    expect(await vouchers.change(1, { ...terms, usageLimit: 2 })).toBe('limitBelowUsed');
    expect(await vouchers.change(1, { ...terms, perUserLimit: 1 })).toBe('limitBelowUsed');
    expect(await vouchers.change(1, { ...terms, usageLimit: 3, perUserLimit: 2 })).toMatchObject({
      version: 2,
      used: 3,
    });
  });

  it('When vouchers and redemptions are listed, then page by page, codes rising, redemptions newest first', async () => {
    const { vouchers } = shop().store;
    for (const code of ['~LIST-B', '~LIST-A', '~LIST-C'].map((name) => name.replace('~', 'Z-')))
      await shop().voucher({ code });
    const codes = async (after: string | undefined, limit: number) =>
      (await vouchers.list(after, limit)).map(({ code }) => code);
    expect(await codes('Z-LIST', 2)).toEqual(['Z-LIST-A', 'Z-LIST-B']);
    expect(await codes('Z-LIST-B', 9)).toEqual(['Z-LIST-C']);
    const commands = [1, 2, 3].map(() => checkoutOf(['Z-LIST-A'], later));
    for (const command of commands) {
      await shop().discount.apply(command);
      shop().clock.advance(1_000);
    }
    const all = await vouchers.redemptions('Z-LIST-A', undefined, 9);
    expect(all.map(({ orderId }) => orderId)).toEqual(commands.map(({ orderId }) => orderId).reverse());
    expect(await vouchers.redemptions('Z-LIST-A', all[0], 1)).toEqual([all[1]]);
    expect(await vouchers.redemptions('Z-LIST-A', all[2], 9)).toEqual([]);
  });
};

const forgetting = <T>(shop: Shop<T>): void => {
  it('When nothing was redeemed for it, then it is forgotten, the oldest first, and no more than asked', async () => {
    const { clock, store, deliver, discount } = shop();
    clock.advance(1_000);
    while ((await store.forgetReleased(clock.now(), 100)) > 0);
    await shop().voucher({ code: 'HISTORY' });
    const [empty, emptyToo, redeemed] = [checkoutOf([]), checkoutOf([]), checkoutOf(['HISTORY'], later)];
    await discount.apply(redeemed);
    await deliver(cancelled(empty), cancelled(redeemed));
    const first = clock.now();
    clock.advance(1_000);
    await deliver(cancelled(emptyToo));
    clock.advance(1_000);
    expect(await store.forgetReleased(first, 100)).toBe(0);
    expect(await store.forgetReleased(clock.now(), 1)).toBe(1);
    const noted = async () => Promise.all([empty, emptyToo, redeemed].map((saga) => applicationOf(shop(), saga)));
    expect(await noted()).toMatchObject([undefined, { released: true }, { released: true }]);
    expect(await store.forgetReleased(clock.now(), 100)).toBe(1);
    expect(await noted()).toMatchObject([undefined, undefined, { released: true }]);
  });
};
