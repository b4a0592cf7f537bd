import { join } from 'node:path';
import type { CatalogueProduct } from '@shop/contracts/commands.ts';
import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { type Apply, postgresInbox } from '@shop/platform/messaging/inbox.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import { inSortedLocks } from '@shop/platform/messaging/sorted-locks.ts';
import type { Tx } from '@shop/platform/postgres/postgres.ts';
import { testDatabase } from '@shop/platform/testing/postgres.ts';
import { manualClock } from '@shop/platform/testing/time.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { inventoryGroup, inventoryHandlers } from '../events.ts';
import { createInventory } from '../service.ts';
import { createPostgresInventoryStore } from '../store.postgres.ts';
import type { InventoryTables } from '../tables.postgres.ts';

/** Inventory on a database of its own, with a catalogue in memory and a clock that the test moves. */
export const openShop = async () => {
  const pg = await testDatabase<InventoryTables>(join(import.meta.dirname, '..', 'migrations'));
  const clock = manualClock();
  const ids = systemIds;
  const outbox = createOutbox({ pg, service: 'inventory', clock, ids });
  const store = createPostgresInventoryStore({ pg, outbox, ids });
  /** What the catalogue would answer, newest fact of each product; nothing of it has been published. */
  const catalogue: CatalogueProduct[] = [];
  const bySkus = async (skus: readonly string[]) =>
    catalogue.filter(({ variants }) => variants.some(({ sku }) => skus.includes(sku)));
  const inventory = createInventory({ store, catalogue: { bySkus }, clock });

  const handlers = inventoryHandlers(inventory);
  const apply: Apply<Tx<InventoryTables>> = inSortedLocks(inventory.lockFor, postgresInbox(pg, inventoryGroup, clock));
  /** Applies events as one batch of the consumer. */
  const deliver = (...events: AnyShopEvent[]): Promise<void> =>
    apply.batch(events, async (event, tx) => {
      const handler = handlers[event.type] as (event: AnyShopEvent, tx: Tx<InventoryTables>) => Promise<unknown>;
      await handler(event, tx);
    });

  /** What was said and not yet relayed, in order. */
  const said = (): Promise<{ type: string; key: string; data: Record<string, unknown> }[]> =>
    pg.query({ text: 'select type, key, data from outbox order by id' });

  /** Resolves as soon as so many statements wait for locks. */
  const waitingForLock = async (statements: number): Promise<void> => {
    for (;;) {
      const waiting = await pg.query({
        text: `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      });
      if (waiting.length >= statements) return;
    }
  };

  return { pg, waitingForLock, clock, store, inventory, catalogue, deliver, said };
};

export type Shop = Awaited<ReturnType<typeof openShop>>;
