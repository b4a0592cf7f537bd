import type { Demand } from '@shop/contracts/commands.ts';
import { createMemoryDatabase, type MemoryDatabase, type MemoryTable } from '@shop/platform/memory/database.ts';
import type { MemoryKeys } from '@shop/platform/memory/idempotency.ts';
import { type MemoryInboxData, memoryInboxData } from '@shop/platform/messaging/memory-inbox.ts';
import { type MemoryOutbox, type MemoryOutboxData, memoryOutboxData } from '@shop/platform/messaging/memory-outbox.ts';
import type { Movement, Stock } from './domain.ts';

/** What a saga holds or held; moments are epoch milliseconds. */
export interface Reservation {
  sagaId: string;
  orderId: string;
  userId: string;
  state: 'held' | 'committed' | 'released' | 'restocked';
  lines: readonly Readonly<Demand>[];
  version: number;
  createdAt: number;
  nextAskAt: number;
  asks: number;
}

/** The tables of migrations/ in memory. */
export interface MemoryInventory {
  db: MemoryDatabase;
  /** The newest version of each product that was applied. */
  products: MemoryTable<string, number>;
  stock: MemoryTable<string, Readonly<Stock>>;
  /** By their ids, which rise. */
  movements: MemoryTable<number, Readonly<Movement>>;
  /** By saga. */
  reservations: MemoryTable<string, Readonly<Reservation>>;
  keys: MemoryKeys;
  inbox: MemoryInboxData;
  outbox: MemoryOutboxData;
}

export const createMemoryInventory = (): MemoryInventory => {
  const db = createMemoryDatabase();
  return {
    ...{ db, products: db.table(), stock: db.table(), movements: db.table(), reservations: db.table() },
    ...{ keys: db.table(), inbox: memoryInboxData(db), outbox: memoryOutboxData(db) },
  };
};

/** What the steps of this store stand on. */
export interface MemoryInventoryDeps {
  data: MemoryInventory;
  outbox: MemoryOutbox;
}

/** Writes the levels of a SKU, never such as the constraint `stock_levels` refuses. */
export const putStock = ({ stock }: MemoryInventory, row: Stock): void => {
  if (row.reserved < 0 || row.onHand < row.reserved) {
    throw new Error(`stock_levels: ${row.sku} has ${row.onHand} on hand and ${row.reserved} reserved`);
  }
  stock.set(row.sku, row);
};

/** Writes an entry of the ledger. */
export const enter = ({ movements }: MemoryInventory, movement: Omit<Movement, 'id'>): void => {
  const id = movements.size() + 1;
  movements.set(id, { id, ...movement });
};
