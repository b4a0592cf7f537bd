import { join } from 'node:path';
import type { CatalogueProduct } from '@shop/contracts/commands.ts';
import type { AnyShopEvent, NewEvent } from '@shop/contracts/events.ts';
import type { MemoryTx } from '@shop/platform/memory/database.ts';
import { type Apply, postgresInbox } from '@shop/platform/messaging/inbox.ts';
import { memoryInbox } from '@shop/platform/messaging/memory-inbox.ts';
import { createMemoryOutbox } from '@shop/platform/messaging/memory-outbox.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import { inSortedLocks } from '@shop/platform/messaging/sorted-locks.ts';
import { type TestDatabase, testDatabase } from '@shop/platform/testing/postgres.ts';
import { type ManualClock, manualClock } from '@shop/platform/testing/time.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { inventoryGroup, inventoryHandlers } from '../events.ts';
import { createInventory, type Inventory } from '../service.ts';
import { createMemoryInventoryStore } from '../store.memory.ts';
import { createPostgresInventoryStore } from '../store.postgres.ts';
import type { InventoryStore } from '../store.ts';
import { createMemoryInventory } from '../tables.memory.ts';
import type { InventoryTables } from '../tables.postgres.ts';

/** Inventory with a store of its own, a catalogue in memory and a clock that the test moves. */
export interface Shop<T> {
  clock: ManualClock;
  store: InventoryStore<T>;
  inventory: Inventory<T>;
  /** What the catalogue would answer, newest fact of each product; nothing of it has been published. */
  catalogue: CatalogueProduct[];
  /** Runs work in a transaction of the store. */
  transaction<R>(work: (tx: T) => Promise<R>): Promise<R>;
  /** Applies events as one batch of the consumer. */
  deliver(...events: AnyShopEvent[]): Promise<void>;
  /** Applies events once each, as the consumer does. */
  inbox: Apply<T>;
  /** What was said and not yet relayed, in order. */
  said(): Promise<NewEvent[]>;
  /** The same as it will be published. */
  pending(): Promise<AnyShopEvent[]>;
}

type Parts<T> = Pick<Shop<T>, 'clock' | 'store' | 'transaction' | 'said' | 'pending' | 'inbox'>;

const shopOf = <T>(parts: Parts<T>): Shop<T> => {
  const { store, clock } = parts;
  const catalogue: CatalogueProduct[] = [];
  const bySkus = async (skus: readonly string[]) =>
    catalogue.filter(({ variants }) => variants.some(({ sku }) => skus.includes(sku)));
  const inventory = createInventory({ store, catalogue: { bySkus }, clock });
  const handlers = inventoryHandlers(inventory);
  const inbox = inSortedLocks(inventory.lockFor, parts.inbox);
  return {
    ...parts,
    ...{ inventory, catalogue, inbox },
    deliver: (...events) =>
      inbox.batch(events, async (event, tx) => {
        const handler = handlers[event.type] as (event: AnyShopEvent, tx: T) => Promise<unknown>;
        await handler(event, tx);
      }),
  };
};

export const inventoryDatabase = () => testDatabase<InventoryTables>(join(import.meta.dirname, '..', 'migrations'));

/** On a database of its own, or on `pg`. */
export const openShop = async (ids: Ids = systemIds, on?: TestDatabase<InventoryTables>) => {
  const pg = on ?? (await inventoryDatabase());
  const clock = manualClock();
  const outbox = createOutbox({ pg, service: 'inventory', clock, ids });

  /** Resolves as soon as so many statements wait for locks. */
  const waitingForLock = async (statements: number): Promise<void> => {
    for (;;) {
      const waiting = await pg.query({
        text: `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      });
      if (waiting.length >= statements) return;
    }
  };

  const shop = shopOf({
    clock,
    store: createPostgresInventoryStore({ pg, outbox, ids }),
    inbox: postgresInbox(pg, inventoryGroup, clock),
    transaction: pg.transaction,
    said: () => pg.query<NewEvent>({ text: 'select type, key, data from outbox order by id' }),
    pending: () => outbox.source.pending(100_000),
  });
  return { ...shop, pg, waitingForLock };
};

export type ShopOnPostgres = Awaited<ReturnType<typeof openShop>>;

/** In memory. */
export const openShopInMemory = async (ids: Ids = systemIds): Promise<Shop<MemoryTx>> => {
  const data = createMemoryInventory();
  const clock = manualClock();
  const outbox = createMemoryOutbox({ data: data.outbox, service: 'inventory', clock, ids });
  return shopOf({
    clock,
    store: createMemoryInventoryStore({ data, outbox }),
    inbox: memoryInbox(data.inbox, inventoryGroup),
    transaction: data.db.transaction,
    said: async () =>
      (await outbox.source.pending(100_000)).map(({ type, key, data }) => ({ type, key, data }) as NewEvent),
    pending: () => outbox.source.pending(100_000),
  });
};
