import type { AnyShopEvent, NewEvent } from '@shop/contracts/events.ts';
import { emptied } from '@shop/platform/testing/postgres.ts';
import { countingIds } from '@shop/platform/testing/time.ts';
import { expectTwins, type Twin } from '@shop/platform/testing/twins.ts';
import fc from 'fast-check';
import { it } from 'vitest';
import type { ReplicaProduct } from './catalogue.ts';
import { type Cart, changed, emptyCart } from './domain.ts';
import { type CartStoreUnderTest, cartDatabase, cartStoreInMemory, cartStoreOnPostgres } from './testing/world.ts';

type Call =
  | { call: 'save'; user: number; from: number; vouchers: string[]; askAt?: string; says: number }
  | { call: 'saveProduct'; product: ReplicaProduct }
  | { call: 'look'; user: number; skus: string[]; limit: number };

const user = fc.nat(2);
const skus = fc.subarray(['MUG', 'TEA', 'CUP']);
const minute = fc.constantFrom('2026-01-01T00:01:00.000Z', '2026-01-01T00:02:00.000Z', '2026-01-01T00:09:00.000Z');

const calls: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record(
      {
        call: fc.constant('save' as const),
        user,
        // The version that its writer has seen; others may have written since.
        from: fc.integer({ min: -1, max: 0 }),
        vouchers: fc.subarray(['TEN', 'A "quoted" \\ ☕']),
        askAt: minute,
        says: fc.nat(2),
      },
      { requiredKeys: ['call', 'user', 'from', 'vouchers', 'says'] },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      call: fc.constant('saveProduct' as const),
      product: fc.record({ n: fc.nat(1), version: fc.integer({ min: 1, max: 5 }), skus }).map(
        ({ n, version, skus }): ReplicaProduct => ({
          ...{ id: `product ${n}`, title: `Version ${version}`, currency: 'USD', status: 'active', version },
          variants: skus.map((sku) => ({ sku, price: 100 })),
        }),
      ),
    }),
  },
  fc.record({ call: fc.constant('look' as const), user, skus, limit: fc.integer({ min: 1, max: 2 }) }),
);

const userOf = (n: number) => `01900000-0000-7000-8111-${String(n).padStart(12, '0')}`;

const twinOf = ({ store, said }: CartStoreUnderTest): Twin<Call> => {
  /** What has been stored, as writers know it. */
  const known = new Map<string, Cart>();
  const lockOf = (askAt: string): Cart['lock'] => ({
    ...{ sagaId: 's', orderId: 'o', asked: 0, askAt },
    snapshot: { cartNo: 1, currency: 'USD', lines: [], vouchers: [] },
  });
  const unlocked = (n: number, userId: string, version: number): NewEvent => ({
    type: 'cart.unlocked',
    key: `order ${n}`,
    data: { sagaId: 's', orderId: `order ${n}`, userId, kind: 'rollback', version },
  });
  return {
    said: (): Promise<AnyShopEvent[]> => said(),
    async run(made) {
      switch (made.call) {
        case 'save': {
          const userId = userOf(made.user);
          const before = known.get(userId) ?? emptyCart(userId);
          const lock = made.askAt === undefined ? undefined : lockOf(made.askAt);
          const next = changed(before, { vouchers: made.vouchers, lock }, new Date('2026-01-01T00:00:00.000Z'));
          const events = Array.from({ length: made.says }, (_, n) => unlocked(n, userId, next.version));
          const saved = await store.save(next, before.version + made.from, events);
          if (saved) known.set(userId, next);
          return saved;
        }
        case 'saveProduct':
          return store.saveProduct(made.product);
        case 'look':
          return {
            cart: await store.find(userOf(made.user)),
            products: (await store.catalogueOf(made.skus)).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
            due: await store.expiredLocks(new Date('2026-01-01T00:05:00.000Z'), made.limit),
          };
      }
    },
  };
};

const pg = await cartDatabase();

it('When histories of calls are made of the stores of carts, then replies and events are the same', async () => {
  await expectTwins({
    calls,
    histories: 15,
    longest: 30,
    async open() {
      await emptied(pg, ['carts', 'catalogue_products']);
      return [twinOf(await cartStoreOnPostgres(countingIds(), pg)), twinOf(await cartStoreInMemory(countingIds()))];
    },
  });
});
