import { postgresInbox, pruneInbox, together } from '@shop/platform/messaging/inbox.ts';
import type { Outbox } from '@shop/platform/messaging/postgres-outbox.ts';
import { inSortedLocks } from '@shop/platform/messaging/sorted-locks.ts';
import { pruneKeys } from '@shop/platform/postgres/idempotency.ts';
import type { Postgres, Tx } from '@shop/platform/postgres/postgres.ts';
import type { Background } from '@shop/platform/service/background.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { inventoryGroup, inventoryHandlers, inventoryTopics } from './events.ts';
import type { Inventory } from './service.ts';
import type { InventoryStore } from './store.ts';

export interface InventoryBackgroundDeps<Tables> {
  inventory: Inventory<Tx<Tables>>;
  store: Pick<InventoryStore<Tx<Tables>>, 'forgetReleased'>;
  pg: Postgres<Tables>;
  outbox: Pick<Outbox, 'source' | 'onNudge'>;
  clock: Clock;
}

/** What inventory does beside requests. */
export const inventoryBackground = <Tables>(deps: InventoryBackgroundDeps<Tables>): Background => {
  const { inventory, store, pg, outbox, clock } = deps;
  return {
    name: 'inventory',
    outbox,
    reactions: {
      group: inventoryGroup,
      topics: inventoryTopics,
      handlers: inventoryHandlers(inventory),
      apply: together(inSortedLocks(inventory.lockFor, postgresInbox<Tables>(pg, inventoryGroup, clock))),
    },
    askAboutOldHolds: inventory.askAboutExpiredHolds,
    forget: {
      'inbox of inventory': (old, limit) => pruneInbox(pg, old, limit),
      'replies of inventory': (old, limit) => pruneKeys(pg, old, limit),
      'tombstones of inventory': store.forgetReleased,
    },
  };
};
