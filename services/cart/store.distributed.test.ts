import { mostPending } from '@shop/platform/mongo/pending.ts';
import { lossyWay } from '@shop/platform/testing/lossy.ts';
import { testMongo } from '@shop/platform/testing/mongo.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type Cart, changed, emptyCart } from './domain.ts';
import { cartSchema } from './schema.mongo.ts';
import { cartStoreConformance } from './store.conformance.ts';
import { createMongoCartStore } from './store.mongo.ts';
import { cartStoreOnMongo } from './testing/world.ts';

const tested = await cartStoreOnMongo();

cartStoreConformance('MongoDB', async () => tested);

const newCart = (): Cart => changed(emptyCart(systemIds.uuid()), {}, new Date());
const next = (cart: Cart): Cart => changed(cart, {}, new Date());
const unlocked = ({ userId, version }: Cart) => ({
  type: 'cart.unlocked' as const,
  key: systemIds.uuid(),
  data: { sagaId: 's', orderId: 'o', userId, kind: 'rollback' as const, version },
});

describe('Carts on MongoDB', async () => {
  const server = new URL(inject('mongo'));
  const way = await lossyWay(Number(server.port));
  server.port = String(way.port);
  const mongo = await testMongo(server.href);
  const { store, outbox } = createMongoCartStore({ mongo, clock: systemClock, ids: systemIds });
  const carts = mongo.collection('carts', cartSchema);
  beforeAll(() => mongo.buildIndexes());

  it('When the answer to a save is lost, then the save is recognised, told as stored, and stored once', async () => {
    const cart = newCart();
    way.loseAnswerTo(cart.userId);
    expect(await store.save(cart, 0, [unlocked(cart)])).toBe(true);
    expect(way.lost()).toBe(1);
    const second = next(cart);
    way.loseAnswerTo(cart.userId);
    expect(await store.save(second, 1, [unlocked(second)])).toBe(true);
    expect(way.lost()).toBe(2);
    expect(await store.find(cart.userId)).toEqual(second);
    const said = (await outbox.source.pending(1_000)).filter(
      ({ data }) => 'userId' in data && data.userId === cart.userId,
    );
    expect(said.map(({ data }) => data.version)).toEqual([1, 2]);
  });

  it('When the answer to a refused save is lost, then it is refused all the same', async () => {
    const cart = newCart();
    await store.save(cart, 0, []);
    way.loseAnswerTo(cart.userId);
    expect(await store.save(cart, 0, [unlocked(cart)])).toBe(false);
    way.loseAnswerTo(cart.userId);
    expect(await store.save(next(cart), 7, [unlocked(cart)])).toBe(false);
    expect(way.lost()).toBe(4);
    expect(await store.find(cart.userId)).toEqual(cart);
  });

  it('When many are saved at the same moment, and some have changed meanwhile, then those alone are refused', async () => {
    const saved = Array.from({ length: 20 }, newCart);
    await Promise.all(saved.map((cart) => store.save(cart, 0, [])));
    const stale = new Set([3, 11]);
    const saving = saved.map((cart, at) => store.save(next(cart), stale.has(at) ? 7 : 1, [unlocked(cart)]));
    expect(await Promise.all(saving)).toEqual(saved.map((_, at) => !stale.has(at)));
    const versions = await Promise.all(saved.map(async ({ userId }) => (await store.find(userId))?.version));
    expect(versions).toEqual(saved.map((_, at) => (stale.has(at) ? 1 : 2)));
    const users = new Set(saved.map(({ userId }) => userId));
    const said = (await outbox.source.pending(1_000)).filter(({ data }) => 'userId' in data && users.has(data.userId));
    expect(said).toHaveLength(18);
  });

  it('When many are saved at the same moment and the answer is lost, then each is told as stored, and stored once', async () => {
    const saved = Array.from({ length: 5 }, newCart);
    await Promise.all(saved.map((cart) => store.save(cart, 0, [])));
    way.loseAnswerTo(saved[2]?.userId ?? '');
    const before = way.lost();
    expect(await Promise.all(saved.map((cart) => store.save(next(cart), 1, [])))).toEqual(Array(5).fill(true));
    expect(way.lost()).toBe(before + 1);
    for (const { userId } of saved) expect((await store.find(userId))?.version).toBe(2);
  });

  it('When very many of a cart’s events wait, then it takes no more but the cart itself goes on', async () => {
    let cart = newCart();
    await store.save(
      cart,
      0,
      Array.from({ length: mostPending }, () => unlocked(cart)),
    );
    const failing = store.save(next(cart), cart.version, [unlocked(cart)]);
    await expect(failing).rejects.toMatchObject({ refusal: { code: 'UNAVAILABLE' } });
    expect(await store.save(next(cart), 9, [unlocked(cart)])).toBe(false);
    expect(await store.save(next(cart), cart.version, [])).toBe(true);
    cart = next(cart);
    const waiting = await outbox.source.pending(5_000);
    await outbox.source.sent(waiting.filter(({ data }) => 'userId' in data && data.userId === cart.userId).slice(0, 5));
    expect(await store.save(next(cart), cart.version, [unlocked(cart)])).toBe(true);
  });

  it('When values are operators, then they are nobody’s cart and nobody’s SKU', async () => {
    await store.save(newCart(), 0, []);
    for (const hostile of [{ $gt: '' }, { $ne: 'x' }, { $exists: true }] as never[]) {
      await expect(store.find(hostile)).rejects.toThrow();
      expect(await store.catalogueOf([hostile]).catch(() => [])).toEqual([]);
      await expect(store.save({ ...newCart(), userId: hostile }, 1, [])).rejects.toThrow();
    }
  });

  it('When carts are due to ask, then only those are read', async () => {
    const lockedAt = (askAt: string): Cart => ({
      ...newCart(),
      lock: {
        sagaId: 's',
        orderId: 'o',
        snapshot: { cartNo: 1, currency: 'USD', lines: [], vouchers: [] },
        asked: 0,
        askAt,
      },
    });
    const quiet = Array.from({ length: 500 }, newCart);
    await carts.insertMany(
      quiet.map((cart) => ({ _id: cart.userId, cart, ...outbox.opening(cart.userId, []) })),
      { lean: true },
    );
    for (const minute of ['01', '02', '09']) await store.save(lockedAt(`2026-01-01T00:${minute}:00.000Z`), 0, []);
    const reads = await mongo.profile('carts', () => store.expiredLocks(new Date('2026-01-01T00:03:00.000Z'), 10));
    expect(reads).toMatchObject([{ nreturned: 2, docsExamined: 2 }]);
  });
});
