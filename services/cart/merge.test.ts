import { beforeAll, describe, expect, it } from 'vitest';
import type { CartStore } from './store.ts';
import { cartWorld, newSaga, newUser } from './testing/world.ts';

let world: Awaited<ReturnType<typeof cartWorld>>;
beforeAll(async () => {
  world = await cartWorld();
});

/** A process that dies at its `n`th save, just before or just after that is stored. */
const dyingAt = (n: number, when: 'before' | 'after'): CartStore => {
  let saves = 0;
  return {
    ...world.store,
    async save(...args) {
      saves += 1;
      if (saves === n && when === 'after') await world.store.save(...args);
      if (saves >= n) throw new Error('killed');
      return world.store.save(...args);
    },
  };
};

const deaths = [1, 2, 3].flatMap((n) => [
  { n, when: 'before' as const },
  { n, when: 'after' as const },
]);

const total = async (user: { id: string }) =>
  (await world.view(user.id)).items.reduce((sum, item) => sum + item.quantity, 0);

/** A guest with five things and a user with one. */
const signingIn = async () => {
  const [guest, user] = [newUser('guest'), newUser()];
  await world.add(guest.id, 'MUG', 3);
  await world.add(guest.id, 'TEE', 2);
  await world.add(user.id, 'MUG', 1);
  return { guest, user, merge: { fromUserId: guest.id, toUserId: user.id } };
};

describe('a merge that is cut short', () => {
  it.each(deaths)(
    'When its process dies $when save $n and it is asked for again, then it adds once',
    async ({ n, when }) => {
      const { guest, user, merge } = await signingIn();
      await expect(world.serviceOn(dyingAt(n, when)).merge(merge)).rejects.toThrow('killed');
      expect(await world.commands.merge(merge)).toEqual({ merged: true });
      expect([await total(guest), await total(user)]).toEqual([0, 6]);
    },
  );

  it.each(deaths)(
    'When its process dies $when save $n, then looking at the guest cart brings it to its end',
    async ({ n, when }) => {
      const { guest, user, merge } = await signingIn();
      await expect(world.serviceOn(dyingAt(n, when)).merge(merge)).rejects.toThrow('killed');
      const begun = n > 1 || when === 'after';
      expect([await total(guest), await total(user)]).toEqual(begun ? [0, 6] : [5, 1]);
    },
  );

  it('When its process dies and many come upon the guest cart at once, then it adds once and their writes count', async () => {
    for (const { n, when } of deaths.slice(1)) {
      const { guest, user, merge } = await signingIn();
      await expect(world.serviceOn(dyingAt(n, when)).merge(merge)).rejects.toThrow('killed');
      await Promise.all([
        world.view(guest.id),
        world.add(guest.id, 'CAP', 1),
        world.add(user.id, 'CAP', 1),
        world.add(guest.id, 'CAP', 1),
        world.view(guest.id),
      ]);
      expect([await total(guest), await total(user)]).toEqual([2, 7]);
    }
  });

  it('When a checkout took the target meanwhile, then the guest has the cart back, whoever finds it', async () => {
    const { guest, user, merge } = await signingIn();
    await expect(world.serviceOn(dyingAt(1, 'after')).merge(merge)).rejects.toThrow('killed');
    const saga = newSaga(user.id, world.now());
    await world.commands.lock(saga);
    const finders = [world.commands.merge(merge), world.view(guest.id), world.commands.merge(merge)];
    await Promise.all([...finders, world.undo(saga)]);
    await world.commands.merge(merge);
    expect([await total(guest), await total(user)]).toEqual([0, 6]);
  });

  it('When the guest cart is to move elsewhere while a first merge is unfinished, then it moves to the first', async () => {
    const { guest, user, merge } = await signingIn();
    const other = newUser();
    await expect(world.serviceOn(dyingAt(2, 'before')).merge(merge)).rejects.toThrow('killed');
    expect(await world.commands.merge({ fromUserId: guest.id, toUserId: other.id })).toEqual({ merged: true });
    expect([await total(guest), await total(user), await total(other)]).toEqual([0, 6, 0]);
  });
});

describe('merges that meet', () => {
  it('When the target cart has an unfinished merge of its own, then that is finished and the next one goes through', async () => {
    const { guest, user, merge } = await signingIn();
    const other = newUser();
    const onward = { fromUserId: user.id, toUserId: other.id };
    await expect(world.serviceOn(dyingAt(1, 'after')).merge(onward)).rejects.toThrow('killed');
    expect(await world.commands.merge(merge)).toEqual({ merged: true });
    expect([await total(guest), await total(user), await total(other)]).toEqual([0, 5, 1]);
  });

  it('When two carts merge into each other at once, then every item is in one of them', async () => {
    for (let round = 0; round < 10; round++) {
      const { guest, user, merge } = await signingIn();
      const back = { fromUserId: user.id, toUserId: guest.id };
      await Promise.all([world.commands.merge(merge), world.commands.merge(back), world.commands.merge(merge)]);
      expect((await total(guest)) + (await total(user))).toBe(6);
    }
  });

  it('When merges, a checkout of the target and its undo cross, then every item is in one of them', async () => {
    for (let round = 0; round < 10; round++) {
      const { guest, user, merge } = await signingIn();
      const saga = newSaga(user.id, world.now());
      await Promise.all([
        world.commands.merge(merge),
        world.commands.lock(saga),
        world.commands.merge(merge),
        world.undo(saga),
        world.view(guest.id),
      ]);
      expect((await total(guest)) + (await total(user))).toBe(6);
    }
  });

  it('When a user merges with the own cart, or an unused one, then nothing happens', async () => {
    const user = newUser();
    await world.add(user.id, 'MUG', 2);
    expect(await world.commands.merge({ fromUserId: user.id, toUserId: user.id })).toEqual({ merged: true });
    expect(await world.commands.merge({ fromUserId: newUser().id, toUserId: user.id })).toEqual({ merged: true });
    expect(await world.view(user.id)).toMatchObject({ version: 1, items: [{ quantity: 2 }] });
  });
});
