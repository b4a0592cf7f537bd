import type { NewEvent } from '@shop/contracts/events.ts';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cancelled, checkoutOf, orderCreated, product, type StartedDiscount, startDiscount } from './testing.ts';

let shop: StartedDiscount;
beforeAll(async () => {
  shop = await startDiscount();
});
afterEach(async () => {
  expect(await shop.discount.audit()).toEqual([]);
});

const ofSaga = <Fact extends { sagaId: string }>(facts: Fact[], { sagaId }: { sagaId: string }) =>
  facts.filter((fact) => fact.sagaId === sagaId);

describe('applying vouchers', () => {
  it('When applied, then discount.applied says so once, keyed by the order, also when the command is repeated', async () => {
    await shop.voucher({ code: 'SAID' });
    const command = checkoutOf(['SAID']);
    await Promise.all([shop.discount.apply(command), shop.discount.apply(command), shop.discount.apply(command)]);
    expect(ofSaga(await shop.said('discount.applied'), command)).toEqual([
      {
        sagaId: command.sagaId,
        orderId: command.orderId,
        userId: command.userId,
        vouchers: [{ code: 'SAID', amount: 1000 }],
        version: 1,
      },
    ]);
    expect(await shop.used('SAID')).toBe(1);
    const keys = await shop.pg.query({ text: 'select key from outbox where key = $1', values: [command.orderId] });
    expect(keys).toHaveLength(1);
  });

  it('When refused, then no row is written and nothing is said', async () => {
    await shop.voucher({ code: 'FULL', usageLimit: 1 });
    await shop.discount.apply(checkoutOf(['FULL']));
    const command = checkoutOf(['FULL']);
    expect(await shop.discount.apply(command)).toMatchObject({ errors: [{ code: 'FULL', reason: 'USAGE_LIMIT' }] });
    const count = 'select count(*) from applications where saga_id = $1';
    expect(await shop.pg.query({ text: count, values: [command.sagaId] })).toEqual([{ count: 0 }]);
    expect(ofSaga(await shop.said('discount.applied'), command)).toEqual([]);
  });

  it('When its own first attempt took the last use, then a repeat still gets that reply', async () => {
    await shop.voucher({ code: 'LAST', usageLimit: 1 });
    const command = checkoutOf(['LAST']);
    const first = await shop.discount.apply(command);
    expect(first).toMatchObject({ ok: true });
    shop.clock.advance(20_000);
    expect(await shop.discount.apply(command)).toEqual(first);
  });

  it('When a redemption is made, then the version of its voucher stays', async () => {
    const { version } = await shop.voucher({ code: 'STEADY' });
    await shop.discount.apply(checkoutOf(['STEADY'], { notAfter: '2027-01-01T00:00:00Z' }));
    expect(await shop.discount.vouchers.find('STEADY')).toMatchObject({ version, used: 1 });
  });
});

const later = { notAfter: '2027-01-01T00:00:00.000Z' };

describe('undoing', () => {
  it('When undone twice, then the use comes back once, and both undos are answered, the second with a higher version', async () => {
    await shop.voucher({ code: 'BACK' });
    await shop.discount.apply(checkoutOf(['BACK'], later));
    const command = checkoutOf(['BACK'], later);
    await shop.discount.apply(command);
    await shop.deliver(cancelled(command));
    await shop.deliver(cancelled(command));
    expect(await shop.used('BACK')).toBe(1);
    const held = { sagaId: command.sagaId, orderId: command.orderId, userId: command.userId, kind: 'rollback' };
    const vouchers = [{ code: 'BACK', amount: 1000 }];
    expect(ofSaga(await shop.said('discount.released'), command)).toEqual([
      { ...held, vouchers, version: 2 },
      { ...held, vouchers, version: 3 },
    ]);
  });

  it('When nothing was held, then it is answered all the same', async () => {
    const command = checkoutOf([]);
    await shop.deliver(cancelled(command, { kind: 'cancel' }));
    expect(ofSaga(await shop.said('discount.released'), command)).toMatchObject([
      { kind: 'cancel', vouchers: [], version: 1 },
    ]);
  });

  it('When discount is not asked to undo, then it neither does nor answers', async () => {
    await shop.voucher({ code: 'KEPT' });
    const command = checkoutOf(['KEPT'], later);
    await shop.discount.apply(command);
    await shop.deliver(cancelled(command, { participants: ['cart', 'inventory'] }));
    expect(await shop.used('KEPT')).toBe(1);
    expect(ofSaga(await shop.said('discount.released'), command)).toEqual([]);
  });

  it('When an order is cancelled after it was created, then its uses come back', async () => {
    await shop.voucher({ code: 'ORDERED' });
    const command = checkoutOf(['ORDERED'], later);
    await shop.discount.apply(command);
    await shop.deliver(orderCreated(command));
    await shop.deliver(cancelled(command, { kind: 'cancel' }));
    expect(await shop.used('ORDERED')).toBe(0);
    const [redemption] = await shop.store.vouchers.redemptions('ORDERED', undefined, 1);
    expect(redemption).toMatchObject({ orderId: command.orderId, releasedAt: shop.clock.now().toISOString() });
  });

  it('When order.created comes after the undo, then the uses stay back', async () => {
    await shop.voucher({ code: 'ABSORBED' });
    const command = checkoutOf(['ABSORBED'], later);
    await shop.discount.apply(command);
    await shop.deliver(cancelled(command));
    await shop.deliver(orderCreated(command));
    expect(await shop.used('ABSORBED')).toBe(0);
    expect(await shop.discount.apply(command)).toMatchObject({ code: 'SAGA_UNDONE' });
  });

  it('When do and undo race, then whichever way it ends, nothing stays held', async () => {
    await shop.voucher({ code: 'CROSS', usageLimit: 40 });
    const commands = Array.from({ length: 20 }, () => checkoutOf(['CROSS'], later));
    await Promise.all(commands.flatMap((command) => [shop.discount.apply(command), shop.deliver(cancelled(command))]));
    expect(await shop.used('CROSS')).toBe(0);
    const answers = await shop.said('discount.released');
    for (const command of commands) expect(ofSaga(answers, command)).toHaveLength(1);
  });

  it('When a use comes back, then the same user can use the voucher again', async () => {
    await shop.voucher({ code: 'AGAIN', usageLimit: 1, perUserLimit: 1 });
    const command = checkoutOf(['AGAIN'], later);
    await shop.discount.apply(command);
    const retry = checkoutOf(['AGAIN'], { ...later, userId: command.userId });
    expect(await shop.discount.apply(retry)).toMatchObject({ code: 'VOUCHER_REJECTED' });
    await shop.deliver(cancelled(command));
    expect(await shop.discount.apply(retry)).toMatchObject({ ok: true });
  });
});

describe('asking what became of a checkout', () => {
  const questions = async (command: { sagaId: string }) =>
    ofSaga(await shop.said('discount.redemption_expired'), command);

  it('When an application waits for longer than a minute, then it asks, then again after twice the time, until it is settled', async () => {
    await shop.voucher({ code: 'WAITING' });
    // Applications of other tests ask first.
    shop.clock.advance(60_000);
    while ((await shop.discount.askAboutExpiredApplications(100)) > 0);
    const command = checkoutOf(['WAITING'], later);
    await shop.discount.apply(command);
    shop.clock.advance(59_999);
    await shop.discount.askAboutExpiredApplications(100);
    expect(await questions(command)).toEqual([]);
    shop.clock.advance(1);
    await shop.discount.askAboutExpiredApplications(100);
    await shop.discount.askAboutExpiredApplications(100);
    const { sagaId, orderId, userId } = command;
    expect(await questions(command)).toEqual([{ sagaId, orderId, userId, version: 2 }]);
    shop.clock.advance(119_999);
    await shop.discount.askAboutExpiredApplications(100);
    expect(await questions(command)).toHaveLength(1);
    shop.clock.advance(1);
    await shop.discount.askAboutExpiredApplications(100);
    expect(await questions(command)).toMatchObject([{ version: 2 }, { version: 3 }]);
    await shop.deliver(orderCreated(command));
    shop.clock.advance(7_200_000);
    await shop.discount.askAboutExpiredApplications(100);
    expect(await questions(command)).toHaveLength(2);
  });

  it('When several processes ask at once, then each application is asked about once', async () => {
    await shop.voucher({ code: 'MANY' });
    const commands = Array.from({ length: 12 }, () => checkoutOf(['MANY'], later));
    for (const command of commands) await shop.discount.apply(command);
    shop.clock.advance(60_000);
    await Promise.all(Array.from({ length: 6 }, () => shop.discount.askAboutExpiredApplications(100)));
    for (const command of commands) expect(await questions(command)).toHaveLength(1);
  });
});

describe('knowing the catalogue', () => {
  const kitchen = { code: 'KITCHEN', scope: { kind: 'categories' as const, ids: ['kitchen'] } };
  const changes = (data: ReturnType<typeof product>): NewEvent => ({ type: 'product.updated', key: data.id, data });
  const priceOf = async (productId: string, code = 'KITCHEN') => {
    const lines = [{ sku: 'MUG', productId, quantity: 1, unitPrice: 1000 }];
    return (await shop.discount.quote({ ...checkoutOf([code]), lines })).total;
  };

  it('When a product is not known yet, then its category is read from the catalogue, once', async () => {
    await shop.voucher(kitchen);
    const mug = product();
    shop.products.push(mug);
    const before = shop.catalogue.asked;
    expect(await priceOf(mug.id)).toBe(900);
    expect(await priceOf(mug.id)).toBe(900);
    expect(shop.catalogue.asked).toBe(before + 1);
    expect(await priceOf('nobody knows it')).toBe(1000);
  });

  it('When no voucher looks at categories, then the catalogue is left alone', async () => {
    await shop.voucher({ code: 'PLAIN' });
    const before = shop.catalogue.asked;
    expect(await priceOf('nobody knows it', 'PLAIN')).toBe(900);
    expect(shop.catalogue.asked).toBe(before);
  });

  it('When facts come out of order, then the newest version counts', async () => {
    const mug = product({ version: 3 });
    await shop.deliver(changes(mug), changes({ ...mug, category: 'Garden', version: 2 }));
    expect(await priceOf(mug.id)).toBe(900);
    await shop.deliver(changes({ ...mug, category: 'Garden', version: 4 }));
    expect(await priceOf(mug.id)).toBe(1000);
  });
});

describe('auditing', () => {
  it('When rows were tampered with, then each breach is named', async () => {
    await shop.voucher({ code: 'TAMPERED', perUserLimit: 1 });
    const command = checkoutOf(['TAMPERED'], { ...later, userId: 'kim' });
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
