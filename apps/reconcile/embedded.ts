import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiscountTables } from '@shop/discount/store.postgres.ts';
import type { InventoryTables } from '@shop/inventory/tables.postgres.ts';
import type { LogTables } from '@shop/platform/messaging/postgres-log-tables.ts';
import { connectPostgres, type ServerConnection } from '@shop/platform/postgres/connect.ts';
import { type Books, STATEMENT_MS, waitingIn } from './books.ts';

/** The PostgreSQL of a running shop: its port is in postmaster.pid, its password beside the data. */
export const connectionOf = async (dataDir: string): Promise<ServerConnection> => {
  const [pidFile, password] = await Promise.all([
    readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8'),
    readFile(join(dataDir, 'postgres/password'), 'utf8'),
  ]);
  return { host: '127.0.0.1', port: Number(pidFile.split('\n')[3]), user: 'shop', password };
};

/** The books of the embedded shop that runs on a data folder. */
export const embeddedBooks = async (dataDir: string): Promise<Books> => {
  const connection = await connectionOf(dataDir);
  const open = <Tables>(database: string) =>
    connectPostgres<Tables>({ ...connection, database, name: 'reconcile', max: 1, statementTimeoutMs: STATEMENT_MS });
  const [identity, product, cart] = [open('identity'), open('product'), open('cart')];
  const books = {
    inventory: open<InventoryTables>('inventory'),
    discount: open<DiscountTables>('discount'),
    order: open<unknown>('order'),
    events: open<LogTables>('events'),
  };
  const { inventory, discount, order } = books;
  return {
    ...books,
    lockedCarts: () =>
      cart.query({
        text: `select user_id as user, document->'lock'->>'sagaId' as saga from carts
               where coalesce(document->'lock', 'null') <> 'null' order by user_id`,
      }),
    async waitingEvents() {
      const outboxes = Object.entries({ identity, product, inventory, cart, discount, order, events: books.events });
      return (await Promise.all(outboxes.map(([service, pg]) => waitingIn(service, pg)))).flat();
    },
    async close() {
      await Promise.all([identity, product, cart, ...Object.values(books)].map((pool) => pool.close()));
    },
  };
};
