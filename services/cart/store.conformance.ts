import type { AnyShopEvent, NewEvent } from '@shop/contracts/events.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ReplicaProduct } from './catalogue.ts';
import { type Cart, changed, emptyCart } from './domain.ts';
import type { CartStore } from './store.ts';

export interface StoreUnderTest {
  store: CartStore;
  /** The events that wait to be published, oldest first. */
  said(): Promise<AnyShopEvent[]>;
}

/** What every `CartStore` promises. */
export const cartStoreConformance = (name: string, open: () => Promise<StoreUnderTest>): void => {
  describe(`CartStore, ${name}`, () => {
    let tested: StoreUnderTest;
    beforeAll(async () => {
      tested = await open();
    });
    saveTests(() => tested);
    lockTests(() => tested);
    catalogueTests(() => tested);
  });
};

const now = new Date('2026-01-01T00:00:00.000Z');

const fullCart = (): Cart => ({
  ...changed(emptyCart(systemIds.uuid()), {}, now),
  lines: [
    {
      sku: 'A "quoted" \\ SKU',
      productId: 'p',
      title: 'Tässe ☕',
      imageUrl: 'https://x.test/a',
      quantity: 2,
      seenPrice: 5,
    },
  ],
  vouchers: ['TEN'],
  outcomes: [{ sagaId: 's', kind: 'unlocked', at: now.toISOString() }],
  mergedFrom: ['guest:1'],
});

const unlocked = (orderId: string, version: number): NewEvent => ({
  type: 'cart.unlocked',
  key: orderId,
  data: { sagaId: 's', orderId, userId: 'u', kind: 'rollback', version },
});

const saveTests = (of: () => StoreUnderTest) => {
  it('When a cart was never stored, then it is not found', async () => {
    expect(await of().store.find(systemIds.uuid())).toBeUndefined();
  });

  it('When a cart is stored, then it is found as it was, through every version', async () => {
    const { store } = of();
    const cart = fullCart();
    expect(await store.save(cart, 0, [])).toBe(true);
    expect(await store.find(cart.userId)).toEqual(cart);
    const next = changed(cart, { lines: [], vouchers: [] }, now);
    expect(await store.save(next, 1, [])).toBe(true);
    expect(await store.find(cart.userId)).toEqual(next);
  });

  it('When what was stored or found is changed by its holder, then what is stored stays as it was', async () => {
    const { store, said } = of();
    const [cart, orderId] = [fullCart(), systemIds.uuid()];
    const event = unlocked(orderId, 1);
    await store.save(cart, 0, [event]);
    cart.lines.pop();
    event.key = 'another';
    (await store.find(cart.userId))?.vouchers.push('FREE');
    expect(await store.find(cart.userId)).toEqual({ ...fullCart(), userId: cart.userId });
    expect((await said()).filter(({ key }) => key === orderId)).toHaveLength(1);
  });

  it('When the expected version is not the stored one, then neither the cart nor its events are stored', async () => {
    const { store, said } = of();
    const cart = fullCart();
    const orderId = systemIds.uuid();
    await store.save(cart, 0, []);
    const stale = { ...cart, vouchers: ['LOST'], version: 2 };
    expect(await store.save(stale, 0, [unlocked(orderId, 2)])).toBe(false);
    expect(await store.save(stale, 7, [unlocked(orderId, 2)])).toBe(false);
    expect(await store.save(fullCart(), 3, [unlocked(orderId, 2)])).toBe(false);
    expect(await store.find(cart.userId)).toEqual(cart);
    expect((await said()).filter(({ key }) => key === orderId)).toEqual([]);
  });

  it('When many write one version at once, then one is stored, its events with it', async () => {
    const { store, said } = of();
    for (const expected of [0, 1]) {
      const cart = { ...fullCart(), version: 1 };
      if (expected === 1) await store.save(cart, 0, []);
      const orderIds = Array.from({ length: 8 }, () => systemIds.uuid());
      const saves = orderIds.map((orderId) =>
        store.save({ ...cart, vouchers: [orderId], version: expected + 1 }, expected, [
          unlocked(orderId, expected + 1),
        ]),
      );
      const saved = await Promise.all(saves);
      expect(saved.filter(Boolean)).toHaveLength(1);
      const winner = orderIds[saved.indexOf(true)];
      expect((await store.find(cart.userId))?.vouchers).toEqual([winner]);
      const heard = (await said()).filter(({ key }) => orderIds.includes(key));
      expect(heard.map(({ key }) => key)).toEqual([winner]);
    }
  });

  it('When a cart is saved with events, then they wait as they were said, with ids of their own', async () => {
    const { store, said } = of();
    const orderId = systemIds.uuid();
    await store.save(fullCart(), 0, [unlocked(orderId, 1), unlocked(orderId, 2)]);
    const heard = (await said()).filter(({ key }) => key === orderId);
    expect(heard).toMatchObject([unlocked(orderId, 1), unlocked(orderId, 2)]);
    expect(new Set(heard.map(({ id }) => id)).size).toBe(2);
    expect(heard[0]?.source).toBe('/services/cart');
  });
};

const lockTests = (of: () => StoreUnderTest) => {
  it('When locks are due to ask, then the most overdue are found, and no others', async () => {
    const { store } = of();
    const snapshot = { cartNo: 1, currency: 'USD', lines: [], vouchers: [] };
    const lockedUntil = (askAt: string): Cart => ({
      ...fullCart(),
      lock: { sagaId: 's', orderId: 'o', snapshot, asked: 0, askAt },
    });
    const [soon, early, late] = [
      lockedUntil('2026-01-01T00:02:00.000Z'),
      lockedUntil('2026-01-01T00:01:00.000Z'),
      lockedUntil('2026-01-01T00:09:00.000Z'),
    ];
    for (const cart of [soon, early, late]) await store.save(cart, 0, []);
    const at = (text: string, limit = 10) => store.expiredLocks(new Date(text), limit);
    expect(await at('2026-01-01T00:00:59.999Z')).toEqual([]);
    expect(await at('2026-01-01T00:02:00.000Z')).toEqual([early, soon]);
    expect(await at('2026-01-01T00:03:00.000Z', 1)).toEqual([early]);
    await store.save(changed(early, { lock: undefined }, now), 1, []);
    expect(await at('2026-01-01T00:03:00.000Z')).toEqual([soon]);
  });
};

const catalogueTests = (of: () => StoreUnderTest) => {
  const product = (version: number, skus: string[]): ReplicaProduct => ({
    id: 'replicated',
    title: `Version ${version}`,
    currency: 'USD',
    status: 'active',
    variants: skus.map((sku) => ({ sku, price: 100 })),
    version,
  });

  it('When products come late, twice or out of order, then the newest stays', async () => {
    const { store } = of();
    await store.saveProduct(product(2, ['R-1', 'R-2']));
    await Promise.all([store.saveProduct(product(1, ['R-1'])), store.saveProduct(product(2, ['R-1', 'R-2']))]);
    expect(await store.catalogueOf(['R-2', 'R-1', 'NONE'])).toEqual([product(2, ['R-1', 'R-2'])]);
    await store.saveProduct(product(3, ['R-2']));
    expect(await store.catalogueOf(['R-1'])).toEqual([]);
    expect(await store.catalogueOf(['R-2'])).toEqual([product(3, ['R-2'])]);
    await store.saveProduct({ ...product(4, []), status: 'deleted', title: '' });
    await store.saveProduct(product(3, ['R-2']));
    expect(await store.catalogueOf(['R-2'])).toEqual([]);
    expect(await store.catalogueOf([])).toEqual([]);
  });

  it('When many versions of a product that is new come at once, then the newest stays', async () => {
    const { store } = of();
    for (let round = 0; round < 25; round += 1) {
      const sku = systemIds.uuid();
      const versions = [1, 2, 3, 4, 5, 6, 7, 8].map((version) => ({ ...product(version, [sku]), id: sku }));
      await Promise.all(versions.map((version) => store.saveProduct(version)));
      expect(await store.catalogueOf([sku])).toEqual([versions.at(-1)]);
    }
  });
};
