import type { CatalogueProduct, CatalogueQueries, QuoteRequest, TimedSagaRef } from '@shop/contracts/commands.ts';
import type { AnyShopEvent, EventData, EventType, NewEvent } from '@shop/contracts/events.ts';
import { type Apply, postgresInbox } from '@shop/platform/messaging/inbox.ts';
import { memoryInbox } from '@shop/platform/messaging/memory-inbox.ts';
import { createMemoryOutbox } from '@shop/platform/messaging/memory-outbox.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import { inSortedLocks } from '@shop/platform/messaging/sorted-locks.ts';
import { type TestDatabase, testDatabase } from '@shop/platform/testing/postgres.ts';
import { type ManualClock, manualClock } from '@shop/platform/testing/time.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import type { NewVoucher, Voucher } from './domain.ts';
import { discountGroup, discountHandlers, discountLocks } from './events.ts';
import { createDiscount } from './service.ts';
import { createMemoryDiscountStore } from './store.memory.ts';
import { createPostgresDiscountStore, type DiscountTables, discountMigrations } from './store.postgres.ts';
import type { DiscountStore } from './store.ts';
import { createMemoryDiscount } from './tables.memory.ts';

/** Discount with a store of its own, a clock that the test moves, and a catalogue that is a list which tests add to. */
const discountOn = <T>({ store, inbox, clock, ...parts }: Parts<T>) => {
  const products: CatalogueProduct[] = [];
  const catalogue = listedCatalogue(products);
  const discount = createDiscount({ store: store as DiscountStore, catalogue, clock, currency: 'USD' });
  const handlers = discountHandlers({ effects: store.effects, clock });
  const sorted = inSortedLocks(discountLocks({ effects: store.effects, clock }), inbox);
  /** Delivers events as the consumer does: one batch, one transaction. */
  const deliverAll = (events: readonly AnyShopEvent[]): Promise<void> =>
    sorted.batch(events, (event, tx) => {
      const handler = handlers[event.type] as ((event: AnyShopEvent, unit: T) => Promise<unknown>) | undefined;
      return handler?.(event, tx) ?? Promise.resolve();
    });

  return {
    ...parts,
    clock,
    store,
    discount,
    products,
    catalogue,
    deliverAll,
    /** Delivers new events. */
    deliver: (...events: NewEvent[]) => deliverAll(events.map((event) => eventOf(event, clock.now()))),
    async voucher(fields: Partial<NewVoucher> & { code: string }): Promise<Voucher> {
      const made = await discount.vouchers.create(draft(fields));
      if ('ok' in made) throw new Error(`not made: ${made.code}`);
      return made;
    },
    async used(code: string): Promise<number> {
      const found = await discount.vouchers.find(code);
      if ('ok' in found) throw new Error(`not found: ${found.code}`);
      return found.used;
    },
    /** What the service has said, oldest first. */
    async said<Type extends EventType>(type: Type): Promise<EventData[Type][]> {
      const events = await parts.events();
      return events.filter((event) => event.type === type).map(({ data }) => data as EventData[Type]);
    },
  };
};

interface Parts<T> {
  store: DiscountStore<T>;
  inbox: Apply<T>;
  clock: ManualClock;
  /** Runs work in a transaction of the store. */
  transaction<R>(work: (tx: T) => Promise<R>): Promise<R>;
  /** Everything that was said and not yet relayed, in order. */
  events(): Promise<NewEvent[]>;
  /** The same as it will be published. */
  pending(): Promise<AnyShopEvent[]>;
}

const start = '2026-06-01T00:00:00.000Z';

export const discountDatabase = () => testDatabase<DiscountTables>(discountMigrations);

/** The real service on a fresh database, or on `pg`. */
export const startDiscount = async (ids: Ids = systemIds, on?: TestDatabase<DiscountTables>) => {
  const pg = on ?? (await discountDatabase());
  const clock = manualClock(start);
  const outbox = createOutbox({ pg, service: 'discount', clock, ids });
  const started = discountOn({
    clock,
    store: createPostgresDiscountStore({ pg, outbox, ids }),
    inbox: postgresInbox(pg, discountGroup),
    transaction: pg.transaction,
    events: () => pg.query<NewEvent>({ text: 'select type, key, data from outbox order by id' }),
    pending: () => outbox.source.pending(100_000),
  });
  return { ...started, pg };
};

export type StartedDiscount = Awaited<ReturnType<typeof startDiscount>>;

/** The same in memory. */
export const startDiscountInMemory = async (ids: Ids = systemIds) => {
  const data = createMemoryDiscount();
  const clock = manualClock(start);
  const outbox = createMemoryOutbox({ data: data.outbox, service: 'discount', clock, ids });
  return discountOn({
    clock,
    store: createMemoryDiscountStore({ data, outbox, ids }),
    inbox: memoryInbox(data.inbox, discountGroup),
    transaction: data.db.transaction,
    events: async () =>
      (await outbox.source.pending(100_000)).map(({ type, key, data }) => ({ type, key, data }) as NewEvent),
    pending: () => outbox.source.pending(100_000),
  });
};

/** Discount on whatever store; `T` is what an event's effect is written with. */
export type DiscountUnderTest<T> = ReturnType<typeof discountOn<T>>;

const listedCatalogue = (products: readonly CatalogueProduct[]): CatalogueQueries & { asked: number } => ({
  asked: 0,
  async bySkus(skus) {
    this.asked += 1;
    return products.filter(({ variants }) => variants.some(({ sku }) => skus.includes(sku)));
  },
  async byIds(ids) {
    this.asked += 1;
    return products.filter(({ id }) => ids.includes(id));
  },
});

export const eventOf = ({ type, key, data }: NewEvent, now: Date): AnyShopEvent =>
  ({ id: systemIds.uuid(), type, source: '/services/test', key, time: now.toISOString(), data }) as AnyShopEvent;

/** A tenth off everything, unless the fields say otherwise. */
export const draft = (fields: Partial<NewVoucher> & { code: string }): NewVoucher =>
  ({ type: 'percentage', value: 1000, scope: { kind: 'order' }, ...fields }) as NewVoucher;

export const product = (
  fields: Partial<CatalogueProduct> & { sku?: string; price?: number } = {},
): CatalogueProduct => {
  const { sku = 'MUG', price = 1000, ...rest } = fields;
  return {
    id: systemIds.uuid(),
    handle: 'mug',
    title: 'Mug',
    category: 'Kitchen',
    brand: 'Acme',
    currency: 'USD',
    status: 'active',
    variants: [{ sku, price, options: {} }],
    version: 1,
    ...rest,
  };
};

/** A checkout of one line worth 100.00 with these vouchers, by a user of its own unless the fields name one. */
export const checkoutOf = (
  codes: readonly string[],
  fields: Partial<TimedSagaRef & QuoteRequest> = {},
): TimedSagaRef & QuoteRequest => ({
  sagaId: systemIds.uuid(),
  orderId: systemIds.uuid(),
  userId: systemIds.uuid(),
  role: 'customer',
  currency: 'USD',
  notAfter: '2026-06-01T00:00:10.000Z',
  lines: [{ sku: 'MUG', productId: 'p1', quantity: 10, unitPrice: 1000 }],
  codes,
  ...fields,
});

export const cancelled = (
  { sagaId, orderId, userId }: TimedSagaRef,
  fields: Partial<EventData['order.cancelled']> = {},
): NewEvent => ({
  type: 'order.cancelled',
  key: orderId,
  data: {
    sagaId,
    orderId,
    userId,
    kind: 'rollback',
    reason: 'test',
    participants: ['cart', 'discount', 'inventory'],
    version: 1,
    ...fields,
  },
});

export const orderCreated = ({ sagaId, orderId, userId }: TimedSagaRef): NewEvent => ({
  type: 'order.created',
  key: orderId,
  data: {
    sagaId,
    orderId,
    userId,
    number: 'A-1',
    currency: 'USD',
    lines: [],
    vouchers: [],
    subtotal: 0,
    discountTotal: 0,
    total: 0,
    version: 1,
  },
});
