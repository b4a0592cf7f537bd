import { join } from 'node:path';
import type { SagaRef } from '@shop/contracts/commands.ts';
import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { isRefusal } from '@shop/contracts/problems.ts';
import { createMemoryOutbox } from '@shop/platform/messaging/memory-outbox.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import { testMongo } from '@shop/platform/testing/mongo.ts';
import { type TestDatabase, testDatabase } from '@shop/platform/testing/postgres.ts';
import { manualClock } from '@shop/platform/testing/time.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import type { CartWorld } from '../commands.conformance.ts';
import { createCart } from '../service.ts';
import { createMemoryCartStore, createMemoryCarts } from '../store.memory.ts';
import { createMongoCartStore } from '../store.mongo.ts';
import { createPostgresCartStore } from '../store.postgres.ts';
import type { CartStore } from '../store.ts';
import { fixtureCatalogue } from './catalogue.ts';
import { fixtureDiscount } from './discount.ts';

export const vouchers = {
  TEN: { off: 1_000 },
  BIG: { off: 500, minSubtotal: 100_000 },
  OLD: { off: 100, rejection: 'EXPIRED' },
  LATER: { off: 100, rejection: 'NOT_STARTED' },
} as const;

/** Time that moves only when a test moves it, while pauses take real time. */
export const testClock = () => ({ ...manualClock(), sleep: systemClock.sleep });

/** A new user each time. */
export const newUser = (role: 'guest' | 'customer' | 'admin' = 'customer') => ({ id: systemIds.uuid(), role });

/** A new checkout of a user's cart, with half a minute to lock it. */
export const newSaga = (userId: string, now: Date): SagaRef & { notAfter: string } => ({
  sagaId: systemIds.uuid(),
  orderId: systemIds.uuid(),
  userId,
  notAfter: new Date(now.getTime() + 30_000).toISOString(),
});

export const cartDatabase = () => testDatabase(join(import.meta.dirname, '..', 'migrations'));

/** The real store on a real database, or on `on`, with an outbox that nobody empties but the test. */
export const cartStoreOnPostgres = async (ids: Ids = systemIds, on?: TestDatabase<unknown>) => {
  const clock = testClock();
  const pg = on ?? (await cartDatabase());
  const outbox = createOutbox({ pg, service: 'cart', clock, ids });
  const store = createPostgresCartStore({ pg, outbox, clock, ids });
  const said = (): Promise<AnyShopEvent[]> => outbox.source.pending(10_000);
  return { store, clock, said };
};

export type CartStoreUnderTest = Awaited<ReturnType<typeof cartStoreOnPostgres>>;

/** The same on a real MongoDB. */
export const cartStoreOnMongo = async (): Promise<CartStoreUnderTest> => {
  const clock = testClock();
  const mongo = await testMongo();
  const { store, outbox } = createMongoCartStore({ mongo, clock, ids: systemIds });
  await mongo.buildIndexes();
  return { store, clock, said: () => outbox.source.pending(10_000) };
};

/** The store in memory, with an outbox that nobody empties but the test. */
export const cartStoreInMemory = async (ids: Ids = systemIds): Promise<CartStoreUnderTest> => {
  const clock = testClock();
  const data = createMemoryCarts();
  const outbox = createMemoryOutbox({ data: data.outbox, service: 'cart', clock, ids });
  return { store: createMemoryCartStore(data, outbox), clock, said: () => outbox.source.pending(10_000) };
};

/** The whole cart service but for HTTP, on a real database; `wrap` may put something before the store. */
export const cartWorld = async (
  wrap: (store: CartStore) => CartStore = (store) => store,
  open: () => Promise<CartStoreUnderTest> = cartStoreOnPostgres,
) => {
  const parts = await open();
  const { store, clock, said } = parts;
  const catalogue = fixtureCatalogue();
  const discount = fixtureDiscount(vouchers);
  const serviceOn = (other: CartStore) =>
    createCart({ store: other, catalogue, discount, clock, ids: systemIds, currency: 'USD' });
  const service = serviceOn(wrap(store));
  for (const sku of ['MUG', 'TEE', 'CAP']) await service.productChanged(catalogue.put(sku, {}));

  const world: CartWorld = {
    commands: service,
    async add(userId, sku, quantity) {
      const reply = await service.addItem({ id: userId, role: 'customer' }, { sku, quantity });
      if (isRefusal(reply)) throw new Error(reply.code);
    },
    async addVoucher(userId, code) {
      const reply = await service.addVoucher({ id: userId, role: 'customer' }, code);
      if (isRefusal(reply)) throw new Error(reply.code);
    },
    view: (userId) => service.view({ id: userId, role: 'customer' }),
    change: async (sku, change) => service.productChanged(catalogue.put(sku, change)),
    undo: (saga) => service.unlock({ ...saga, kind: 'rollback' }),
    events: said,
    now: clock.now,
    advance: clock.advance,
  };
  return { ...parts, ...world, service, serviceOn, catalogue };
};
