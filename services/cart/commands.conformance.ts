import type { CartCommands, CartQueries, SagaRef, TimedSagaRef } from '@shop/contracts/commands.ts';
import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CartView } from './view.ts';

/** What the suite needs around the commands: carts to command, and eyes to see what became of them. */
export interface CartWorld {
  commands: CartCommands & CartQueries;
  /** Puts a SKU (MUG, TEE and CAP are on sale at 1000) into a user's cart. */
  add(userId: string, sku: string, quantity: number): Promise<void>;
  /** Puts a voucher (TEN exists) into a user's cart. */
  addVoucher(userId: string, code: string): Promise<void>;
  view(userId: string): Promise<CartView>;
  /** Changes a product as the catalogue's event does. */
  change(sku: string, change: { price?: number; status?: 'active' | 'archived' | 'deleted' }): Promise<void>;
  /** Delivers `order.cancelled` of kind rollback. */
  undo(saga: SagaRef): Promise<void>;
  /** Every event that was said, oldest first. */
  events(): Promise<AnyShopEvent[]>;
  now(): Date;
  advance(ms: number): void;
}

/** What every `CartCommands` promises, however it is called. */
export const cartCommandsConformance = (name: string, open: () => Promise<CartWorld>): void => {
  describe(`CartCommands, ${name}`, () => {
    let world: CartWorld;
    beforeAll(async () => {
      world = await open();
    });
    demandTests(() => world);
    lockTests(() => world);
    undoTests(() => world);
    completeTests(() => world);
    mergeTests(() => world);
  });
};

const sagaOf = (world: CartWorld, userId: string): TimedSagaRef => ({
  sagaId: systemIds.uuid(),
  orderId: systemIds.uuid(),
  userId,
  notAfter: new Date(world.now().getTime() + 30_000).toISOString(),
});

/** A user with two mugs in the cart, and a checkout of it. */
const buyer = async (world: CartWorld) => {
  const userId = systemIds.uuid();
  await world.add(userId, 'MUG', 2);
  return { userId, saga: sagaOf(world, userId), rival: sagaOf(world, userId) };
};

const saidOf = async (world: CartWorld, { orderId }: SagaRef) =>
  (await world.events()).filter(({ key }) => key === orderId).map(({ type, data }) => ({ type, data }));

const demandTests = (of: () => CartWorld) => {
  const nothing = { currency: 'USD', lines: [], vouchers: [] };

  it('When it is asked what a checkout would be about, then that is what a lock freezes, and nothing changes', async () => {
    const world = of();
    const { userId, saga } = await buyer(world);
    await world.addVoucher(userId, 'TEN');
    const before = await world.view(userId);
    const demand = await world.commands.demandOf({ userId });
    const line = { sku: 'MUG', productId: expect.any(String), quantity: 2, unitPrice: 1_000 };
    expect(demand).toEqual({ currency: 'USD', lines: [line], vouchers: ['TEN'] });
    expect(await world.view(userId)).toEqual(before);
    expect(await world.commands.lock(saga)).toMatchObject({ ok: true, snapshot: demand });
  });

  it('When a lock would be refused, then there is nothing', async () => {
    const world = of();
    expect(await world.commands.demandOf({ userId: systemIds.uuid() })).toEqual(nothing);
    const { userId, saga } = await buyer(world);
    await world.commands.lock(saga);
    expect(await world.commands.demandOf({ userId })).toEqual(nothing);
    const other = systemIds.uuid();
    await world.add(other, 'CAP', 1);
    await world.change('CAP', { price: 2_000 });
    const unseen = await world.commands.demandOf({ userId: other });
    await world.change('CAP', { price: 1_000, status: 'archived' });
    const gone = await world.commands.demandOf({ userId: other });
    await world.change('CAP', { price: 1_000, status: 'active' });
    expect([unseen, gone]).toEqual([nothing, nothing]);
    expect((await world.commands.demandOf({ userId: other })).lines).toHaveLength(1);
  });
};

const lockTests = (of: () => CartWorld) => {
  it('When a cart is locked, then the reply is its snapshot, and a repeat gets the same', async () => {
    const world = of();
    const { userId, saga } = await buyer(world);
    await world.addVoucher(userId, 'TEN');
    const reply = await world.commands.lock(saga);
    const line = {
      sku: 'MUG',
      productId: expect.any(String),
      title: expect.any(String),
      quantity: 2,
      unitPrice: 1_000,
    };
    const snapshot = { cartNo: 1, currency: 'USD', lines: [line], vouchers: ['TEN'] };
    expect(reply).toEqual({ ok: true, snapshot });
    expect(await world.commands.lock(saga)).toEqual(reply);
    world.advance(31_000);
    expect(await world.commands.lock(saga)).toEqual(reply);
    expect((await world.view(userId)).status).toBe('locked');
  });

  it('When ten checkouts lock one cart at once, then exactly one has it and the others learn which', async () => {
    const world = of();
    const { userId } = await buyer(world);
    const sagas = Array.from({ length: 10 }, () => sagaOf(world, userId));
    const replies = await Promise.all(sagas.map((saga) => world.commands.lock(saga)));
    const winner = sagas[replies.findIndex(({ ok }) => ok)];
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    for (const reply of replies.filter(({ ok }) => !ok)) {
      expect(reply).toMatchObject({ code: 'CHECKOUT_IN_PROGRESS', checkoutId: winner?.sagaId });
    }
  });

  it('When the cart is empty, then the lock is refused, also where the user never had one', async () => {
    const world = of();
    expect(await world.commands.lock(sagaOf(world, systemIds.uuid()))).toMatchObject({ ok: false, code: 'CART_EMPTY' });
  });

  it('When the command comes after its notAfter, then nothing is done', async () => {
    const world = of();
    const { userId, saga } = await buyer(world);
    world.advance(30_001);
    expect(await world.commands.lock(saga)).toMatchObject({ ok: false, code: 'CHECKOUT_TIMED_OUT' });
    expect((await world.view(userId)).status).toBe('open');
  });

  it('When a product is gone, then the lock names it until it is back', async () => {
    const world = of();
    const { userId, saga, rival } = await buyer(world);
    await world.add(userId, 'CAP', 1);
    await world.change('CAP', { status: 'archived' });
    const refusal = { ok: false, code: 'PRODUCT_UNAVAILABLE', errors: [{ sku: 'CAP' }] };
    expect(await world.commands.lock(saga)).toMatchObject(refusal);
    await world.change('CAP', { status: 'active' });
    expect(await world.commands.lock(rival)).toMatchObject({ ok: true });
  });

  it('When a price has changed, then one checkout is refused with it, its repeats too, and the next one passes', async () => {
    const world = of();
    const { userId, saga, rival } = await buyer(world);
    await world.add(userId, 'TEE', 1);
    await world.change('TEE', { price: 1_200 });
    const was = { amount: 1_000, currency: 'USD' };
    const now = { amount: 1_200, currency: 'USD' };
    const refused = await world.commands.lock(saga);
    expect(refused).toMatchObject({ ok: false, code: 'PRICE_CHANGED', errors: [{ sku: 'TEE', was, now }] });
    expect(await world.commands.lock(saga)).toEqual(refused);
    expect(await world.commands.lock(rival)).toMatchObject({ ok: true });
    expect(await world.commands.lock(saga)).toEqual(refused);
    await world.change('TEE', { price: 1_000 });
  });
};

const undoTests = (of: () => CartWorld) => {
  it('When the undo comes after the lock, then the cart is open as it was and the undo is answered', async () => {
    const world = of();
    const { userId, saga } = await buyer(world);
    await world.commands.lock(saga);
    await world.undo(saga);
    const { status, items, version } = await world.view(userId);
    expect({ status, quantity: items[0]?.quantity }).toEqual({ status: 'open', quantity: 2 });
    const { sagaId, orderId } = saga;
    const data = { sagaId, orderId, userId, kind: 'rollback', version };
    expect(await saidOf(world, saga)).toEqual([{ type: 'cart.unlocked', data }]);
    expect(await world.commands.lock(saga)).toMatchObject({ ok: false, code: 'SAGA_UNDONE' });
  });

  it('When the undo comes first, then it is answered and the late lock is refused', async () => {
    const world = of();
    const { userId, saga } = await buyer(world);
    await world.undo(saga);
    expect(await saidOf(world, saga)).toMatchObject([{ type: 'cart.unlocked' }]);
    expect(await world.commands.lock(saga)).toMatchObject({ ok: false, code: 'SAGA_UNDONE' });
    expect((await world.view(userId)).status).toBe('open');
  });

  it('When a user without a cart is told to undo, then the tombstone stands all the same', async () => {
    const world = of();
    const saga = sagaOf(world, systemIds.uuid());
    await world.undo(saga);
    await world.add(saga.userId, 'MUG', 1);
    expect(await world.commands.lock(saga)).toMatchObject({ ok: false, code: 'SAGA_UNDONE' });
  });

  it('When lock and undo cross, then the cart ends open whichever came first', async () => {
    const world = of();
    for (let round = 0; round < 10; round++) {
      const { userId, saga } = await buyer(world);
      await Promise.all([world.commands.lock(saga), world.undo(saga)]);
      expect((await world.view(userId)).status).toBe('open');
      expect(await saidOf(world, saga)).toMatchObject([{ type: 'cart.unlocked' }]);
    }
  });

  it('When another saga is undone, then the lock stays, and its answer is sent', async () => {
    const world = of();
    const { userId, saga, rival } = await buyer(world);
    await world.commands.lock(saga);
    await world.undo(rival);
    expect((await world.view(userId)).status).toBe('locked');
    expect(await saidOf(world, rival)).toMatchObject([{ type: 'cart.unlocked' }]);
    expect(await world.commands.lock(rival)).toMatchObject({ ok: false, code: 'SAGA_UNDONE' });
    expect(await world.commands.lock(saga)).toMatchObject({ ok: true });
  });

  it('When the undo is delivered twice, then the second does no more than answer again', async () => {
    const world = of();
    const { userId, saga, rival } = await buyer(world);
    await world.commands.lock(saga);
    await world.undo(saga);
    await world.commands.lock(rival);
    await world.undo(saga);
    expect((await world.view(userId)).status).toBe('locked');
    expect(await saidOf(world, saga)).toMatchObject([{ type: 'cart.unlocked' }, { type: 'cart.unlocked' }]);
  });
};

const completeTests = (of: () => CartWorld) => {
  it('When the checkout completes, then the cart is empty with the next number, once, and says so once', async () => {
    const world = of();
    const { userId, saga } = await buyer(world);
    await world.addVoucher(userId, 'TEN');
    await world.commands.lock(saga);
    await Promise.all([world.commands.complete(saga), world.commands.complete(saga)]);
    expect(await world.commands.complete(saga)).toEqual({ ok: true });
    expect(await world.view(userId)).toMatchObject({ cartNo: 2, status: 'open', items: [], vouchers: [] });
    const { sagaId, orderId } = saga;
    const data = { sagaId, orderId, userId, cartNo: 1, version: expect.any(Number) };
    expect(await saidOf(world, saga)).toEqual([{ type: 'cart.completed', data }]);
  });

  it('When a saga completes a cart that it does not hold, then nothing happens', async () => {
    const world = of();
    const { userId, saga, rival } = await buyer(world);
    expect(await world.commands.complete(saga)).toEqual({ ok: true });
    await world.commands.lock(saga);
    expect(await world.commands.complete(rival)).toEqual({ ok: true });
    const { status, cartNo, items } = await world.view(userId);
    expect({ status, cartNo, lines: items.length }).toEqual({ status: 'locked', cartNo: 1, lines: 1 });
  });

  it('When a lock or an undo comes after the completion, then the next cart stays untouched', async () => {
    const world = of();
    const { userId, saga } = await buyer(world);
    await world.commands.lock(saga);
    await world.commands.complete(saga);
    await world.add(userId, 'CAP', 3);
    expect(await world.commands.lock(saga)).toMatchObject({ ok: false, code: 'CHECKOUT_TIMED_OUT' });
    await world.undo(saga);
    expect(await world.view(userId)).toMatchObject({ cartNo: 2, status: 'open', items: [{ sku: 'CAP', quantity: 3 }] });
    expect(await world.commands.lock(saga)).toMatchObject({ ok: false, code: 'CHECKOUT_TIMED_OUT' });
  });
};

const mergeTests = (of: () => CartWorld) => {
  const quantities = async (world: CartWorld, userId: string) =>
    Object.fromEntries((await world.view(userId)).items.map(({ sku, quantity }) => [sku, quantity]));

  it('When a guest signs in, then quantities add up, vouchers come along, and the guest is left an empty cart', async () => {
    const world = of();
    const [guest, user] = [systemIds.uuid(), systemIds.uuid()];
    await world.add(guest, 'MUG', 998);
    await world.add(guest, 'CAP', 1);
    await world.addVoucher(guest, 'TEN');
    await world.add(user, 'MUG', 2);
    expect(await world.commands.merge({ fromUserId: guest, toUserId: user })).toEqual({ merged: true });
    expect(await quantities(world, user)).toEqual({ MUG: 999, CAP: 1 });
    expect((await world.view(user)).vouchers).toEqual(['TEN']);
    expect(await world.view(guest)).toMatchObject({ cartNo: 2, items: [], vouchers: [], status: 'open' });
  });

  it('When one merge is asked for many times at once and again, then it adds once', async () => {
    const world = of();
    for (let round = 0; round < 5; round++) {
      const [guest, user] = [systemIds.uuid(), systemIds.uuid()];
      await world.add(guest, 'MUG', 3);
      const merge = () => world.commands.merge({ fromUserId: guest, toUserId: user });
      const replies = await Promise.all([merge(), merge(), merge(), merge()]);
      expect(new Set(replies.map(({ merged }) => merged))).toEqual(new Set([true]));
      expect(await merge()).toEqual({ merged: true });
      expect(await quantities(world, user)).toEqual({ MUG: 3 });
    }
  });

  it('When the guest goes on after a merge, then the next merge adds what is new', async () => {
    const world = of();
    const [guest, user] = [systemIds.uuid(), systemIds.uuid()];
    await world.add(guest, 'MUG', 1);
    await world.commands.merge({ fromUserId: guest, toUserId: user });
    await world.add(guest, 'MUG', 2);
    await world.commands.merge({ fromUserId: guest, toUserId: user });
    expect(await quantities(world, user)).toEqual({ MUG: 3 });
  });

  it('When a checkout holds either cart, then both stay apart until it has ended', async () => {
    const world = of();
    for (const held of ['guest', 'user'] as const) {
      const carts = { guest: systemIds.uuid(), user: systemIds.uuid() };
      await world.add(carts.guest, 'MUG', 1);
      await world.add(carts.user, 'CAP', 1);
      const saga = sagaOf(world, carts[held]);
      await world.commands.lock(saga);
      const merge = () => world.commands.merge({ fromUserId: carts.guest, toUserId: carts.user });
      expect(await merge()).toEqual({ merged: false });
      expect(await quantities(world, carts.guest)).toEqual({ MUG: 1 });
      await world.undo(saga);
      await world.add(carts.guest, 'TEE', 1);
      expect(await merge()).toEqual({ merged: true });
      expect(await quantities(world, carts.user)).toEqual({ CAP: 1, MUG: 1, TEE: 1 });
    }
  });
};
