import { isRefusal } from '@shop/contracts/problems.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { changed } from './domain.ts';
import { cartWorld, newSaga, newUser } from './testing/world.ts';

let world: Awaited<ReturnType<typeof cartWorld>>;
beforeAll(async () => {
  world = await cartWorld();
});

const quantityOf = async (user: ReturnType<typeof newUser>, sku: string) =>
  (await world.service.view(user)).items.find((item) => item.sku === sku)?.quantity;

describe('many writers of one cart', () => {
  it('When 20 adds come at once, then all count, and each raises the version by one', async () => {
    const user = newUser();
    const adds = Array.from({ length: 20 }, (_, n) =>
      world.service.addItem(user, { sku: n % 2 ? 'MUG' : 'TEE', quantity: 1 }),
    );
    const versions = (await Promise.all(adds)).map((reply) => (isRefusal(reply) ? reply.code : reply.version));
    expect(versions.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect([await quantityOf(user, 'MUG'), await quantityOf(user, 'TEE')]).toEqual([10, 10]);
  });

  it('When writers with one If-Match race, then one has its way and the others learn of it', async () => {
    const user = newUser();
    await world.add(user.id, 'MUG', 1);
    const writes = Array.from({ length: 6 }, () => world.service.addItem(user, { sku: 'MUG', quantity: 1 }, 1));
    const replies = await Promise.all(writes);
    expect(replies.filter((reply) => !isRefusal(reply))).toHaveLength(1);
    const refused = replies.filter(isRefusal).map(({ code }) => code);
    expect(refused).toEqual(Array.from({ length: 5 }, () => 'VERSION_CONFLICT'));
    expect(await quantityOf(user, 'MUG')).toBe(2);
  });

  it('When a checkout locks while edits arrive, then what was acknowledged before is in it and the rest is refused', async () => {
    for (let round = 0; round < 10; round++) {
      const user = newUser();
      await world.add(user.id, 'MUG', 1);
      const edit = () => world.service.addItem(user, { sku: 'MUG', quantity: 1 });
      const [first, lock, ...others] = await Promise.all([
        edit(),
        world.commands.lock(newSaga(user.id, world.now())),
        edit(),
        edit(),
      ]);
      const accepted = [first, ...others].filter((reply) => !isRefusal(reply)).length;
      for (const reply of [first, ...others]) if (isRefusal(reply)) expect(reply.code).toBe('CART_LOCKED');
      expect(lock).toMatchObject({ ok: true, snapshot: { lines: [{ sku: 'MUG', quantity: 1 + accepted }] } });
      expect(await quantityOf(user, 'MUG')).toBe(1 + accepted);
    }
  });

  it('When others always come in between, then the edit gives up after 5 s and says so', async () => {
    const user = newUser();
    const { store, clock } = world;
    const contested = world.serviceOn({
      ...store,
      async save(next, expected, events) {
        const current = await store.find(next.userId);
        if (current) await store.save(changed(current, {}, clock.now()), current.version, []);
        clock.advance(500);
        return store.save(next, expected, events);
      },
    });
    await world.add(user.id, 'MUG', 1);
    await expect(contested.addItem(user, { sku: 'MUG', quantity: 1 })).rejects.toMatchObject({
      refusal: { code: 'UNAVAILABLE', retryAfter: 1 },
    });
    expect(await quantityOf(user, 'MUG')).toBe(1);
  });
});

describe('the catalogue in the cart', () => {
  it('When a new product is not in the replica yet, then it is read through once and can be bought', async () => {
    const user = newUser();
    const fresh = world.catalogue.put('FRESH', { price: 250 });
    const asked = world.catalogue.asked();
    await world.add(user.id, 'FRESH', 2);
    await world.add(user.id, 'FRESH', 1);
    expect(world.catalogue.asked()).toBe(asked + 1);
    expect(await world.service.view(user)).toMatchObject({ subtotal: { amount: 750 } });
    // The event that comes after it, or an older one, changes nothing.
    await world.service.productChanged({ ...fresh, title: 'Old', version: 0 });
    expect((await world.service.view(user)).items[0]?.title).toBe('The FRESH');
  });

  it('When a product was published a moment ago, then it can be bought before its event is here', async () => {
    await world.service.productChanged(world.catalogue.put('DRAFT', { status: 'draft' }));
    const user = newUser();
    expect(await world.service.addItem(user, { sku: 'DRAFT', quantity: 1 })).toMatchObject({ code: 'SKU_UNKNOWN' });
    world.catalogue.put('DRAFT', { status: 'active' });
    expect(await world.service.setQuantity(user, { sku: 'DRAFT', quantity: 4 })).toMatchObject({ version: 1 });
  });

  it('When a price changes, then the cart shows both and more of it keeps the one that was seen', async () => {
    const user = newUser();
    await world.change('PEN', { price: 300 });
    await world.add(user.id, 'PEN', 1);
    await world.change('PEN', { price: 400 });
    await world.add(user.id, 'PEN', 1);
    const item = {
      unitPrice: { amount: 400 },
      previousPrice: { amount: 300 },
      priceChanged: true,
      lineTotal: { amount: 800 },
    };
    expect(await world.service.view(user)).toMatchObject({ items: [item], subtotal: { amount: 800 } });
    expect((await world.service.quote(user)).total.amount).toBe(800);
    await world.commands.lock(newSaga(user.id, world.now()));
    const [seen] = (await world.service.view(user)).items;
    expect(seen).toMatchObject({ priceChanged: false, unitPrice: { amount: 400 } });
    expect(seen).not.toHaveProperty('previousPrice');
    await world.change('PEN', { price: 300 });
    await world.service.removeItem(user, 'PEN');
    await world.add(user.id, 'PEN', 1);
    expect((await world.service.view(user)).items[0]).toMatchObject({
      priceChanged: false,
      unitPrice: { amount: 300 },
    });
  });

  it('When a product is deleted, then its line stays outside the subtotal, and returns with the product', async () => {
    const user = newUser();
    await world.change('JAR', { price: 500 });
    await world.add(user.id, 'JAR', 2);
    await world.add(user.id, 'MUG', 1);
    await world.change('JAR', { status: 'deleted' });
    const gone = {
      sku: 'JAR',
      title: 'The JAR',
      available: false,
      unitPrice: { amount: 500 },
      lineTotal: { amount: 1_000 },
    };
    expect(await world.service.view(user)).toMatchObject({
      items: [gone, { sku: 'MUG' }],
      subtotal: { amount: 1_000 },
    });
    expect((await world.service.quote(user)).lines.map(({ sku }) => sku)).toEqual(['MUG']);
    expect(await world.service.addItem(user, { sku: 'JAR', quantity: 1 })).toMatchObject({ code: 'SKU_UNKNOWN' });
    expect(await world.service.setQuantity(user, { sku: 'JAR', quantity: 1 })).toMatchObject({ version: 3 });
    await world.change('JAR', { status: 'active' });
    expect(await world.service.view(user)).toMatchObject({ subtotal: { amount: 1_500 } });
  });
});
