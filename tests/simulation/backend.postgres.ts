import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cart } from '@shop/cart/domain.ts';
import { createPostgresCartStore } from '@shop/cart/store.postgres.ts';
import { createPostgresDiscountStore, type DiscountTables } from '@shop/discount/store.postgres.ts';
import { createPostgresInventoryStore } from '@shop/inventory/store.postgres.ts';
import type { InventoryTables } from '@shop/inventory/tables.postgres.ts';
import { createPostgresOrderStore } from '@shop/order/store.postgres.ts';
import type { Apply } from '@shop/platform/messaging/inbox.ts';
import { postgresInbox } from '@shop/platform/messaging/inbox.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { startPostgresServer } from '@shop/platform/postgres/server/server.ts';
import { silentLogger } from '@shop/platform/testing/logger.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import { createPostgresProductStore } from '@shop/product/store.postgres.ts';
import { type DatabaseName, type Databases, databaseNames, openDatabases } from '../../apps/embedded/databases.ts';
import type { Backend, Books, Connection } from './backend.ts';
import { type Mutant, mutatedFunction } from './mutate.ts';

/** The real stores, on a PostgreSQL of their own; one history at a time. */
export interface RealStores {
  /** Empty stores, whose server has this clock. */
  open(clock: Clock): Promise<Backend>;
  close(): Promise<void>;
}

/**
 * What the database takes for now is a row of its own, which stands before PostgreSQL's `now` in the path of every
 * session; so leases end when the history says so.
 */
const ownTime = (database: string) => `
  create schema if not exists simulated;
  create table if not exists simulated.time (at timestamptz not null);
  insert into simulated.time select pg_catalog.now() where not exists (select from simulated.time);
  create or replace function simulated.now() returns timestamptz language sql stable as 'select at from simulated.time';
  alter database "${database}" set search_path = simulated, public, pg_catalog`;

const emptied = `
  do $$ declare name text; begin
    for name in select tablename from pg_tables
      where schemaname = 'public' and tablename not in ('outbox_leases', 'log_topics') and tablename not like '%migrations%'
    loop execute format('delete from public.%I', name); end loop;
  end $$;
  update outbox_leases set owner = null, until = null`;

/** Foreign keys are looked at after all rows are gone. */
const withoutTriggers = (text: string) => `begin; set local session_replication_role = replica; ${text}; commit`;

/** Starts PostgreSQL and makes the databases, with the bug in them if it is one of theirs; some seconds. */
export const startRealStores = async (mutant?: Mutant): Promise<RealStores> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shop-simulated-'));
  const logger = silentLogger;
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const server = await startPostgresServer({ dataDir, logger, clock: systemClock, settings });
  const first = await openDatabases(server.connection, logger);
  for (const name of databaseNames) await first.of(name).query({ text: ownTime(name) });
  const planted = mutant && mutatedFunction(mutant);
  if (planted) await first.of(planted.service as DatabaseName).query({ text: planted.statement });
  await first.close();
  // Sessions from here on have the path.
  const databases = await openDatabases(server.connection, logger);
  return {
    async open(clock) {
      for (const name of databaseNames) {
        await databases.of(name).query({ text: withoutTriggers(emptied) });
      }
      await databases.of('order').query({ text: 'alter sequence order_numbers restart' });
      return realBackend(databases, clock);
    },
    async close() {
      await databases.close();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** Tells the database the time before each of its statements. */
const onTime = <Tables>(pg: Postgres<Tables>, clock: Clock): Postgres<Tables> => {
  let told = 0;
  const tell = async () => {
    const now = clock.now();
    if (now.getTime() === told) return;
    told = now.getTime();
    await pg.query({ name: 'tell-time', text: 'update simulated.time set at = $1', values: [now] });
  };
  return {
    ...pg,
    async query(statement) {
      await tell();
      return pg.query(statement);
    },
    async transaction(work) {
      await tell();
      return pg.transaction(work);
    },
  };
};

const realBackend = (databases: Databases, clock: Clock): Backend => {
  const of = <Tables>(name: DatabaseName) => onTime(databases.of<Tables>(name), clock);
  const pgs = {
    product: of('product'),
    cart: of('cart'),
    inventory: of<InventoryTables>('inventory'),
    discount: of<DiscountTables>('discount'),
    order: of('order'),
  };
  const outboxOf = (service: keyof typeof pgs, { clock, ids }: Connection) =>
    createOutbox({ pg: pgs[service] as Postgres, service, clock, ids });
  const silent = { clock, ids: { uuid: () => '', secret: () => '', fraction: () => 0 }, changed: () => {} };

  return {
    product(connection) {
      const outbox = outboxOf('product', connection);
      return { store: createPostgresProductStore({ pg: pgs.product, outbox }), outbox };
    },
    cart(connection) {
      const outbox = outboxOf('cart', connection);
      return { store: createPostgresCartStore({ pg: pgs.cart, outbox, ...connection }), outbox };
    },
    inventory(connection) {
      const pg = pgs.inventory;
      const outbox = outboxOf('inventory', connection);
      const store = createPostgresInventoryStore({ pg, outbox, ids: connection.ids });
      return {
        store: store as unknown as ReturnType<Backend['inventory']>['store'],
        outbox,
        inbox: postgresInbox(pg, 'inventory', connection.clock) as unknown as Apply<unknown>,
      };
    },
    discount(connection) {
      const pg = pgs.discount;
      const outbox = outboxOf('discount', connection);
      const store = createPostgresDiscountStore({ pg, outbox, ids: connection.ids });
      return {
        store: store as unknown as ReturnType<Backend['discount']>['store'],
        outbox,
        inbox: postgresInbox(pg, 'discount', connection.clock) as unknown as Apply<unknown>,
      };
    },
    order(connection) {
      const outbox = outboxOf('order', connection);
      return { store: createPostgresOrderStore({ pg: pgs.order, outbox, ...connection }), outbox };
    },
    read: () => readBooks(pgs),
    async audit() {
      const outboxes = { inventory: outboxOf('inventory', silent), discount: outboxOf('discount', silent) };
      const { ids } = silent;
      return [
        ...(await createPostgresInventoryStore({ pg: pgs.inventory, outbox: outboxes.inventory, ids }).audit()),
        ...(await createPostgresDiscountStore({ pg: pgs.discount, outbox: outboxes.discount, ids }).audit()),
        ...(await createPostgresOrderStore({ pg: pgs.order, outbox: outboxOf('order', silent), ...silent }).audit()),
      ];
    },
  };
};

type Pgs = Record<'product' | 'cart' | 'order', Postgres> & {
  inventory: Postgres<InventoryTables>;
  discount: Postgres<DiscountTables>;
};

const readBooks = async (pgs: Pgs): Promise<Books> => {
  const rows = <Row>(service: keyof Pgs, text: string): Promise<Row[]> =>
    (pgs[service] as Postgres).query<Row>({ text });
  const counts = await Promise.all(
    Object.keys(pgs).map((service) =>
      rows<{ waiting: number }>(service as keyof Pgs, 'select count(*)::integer as waiting from outbox'),
    ),
  );
  const sagas = createPostgresOrderStore({
    pg: pgs.order,
    outbox: undefined as never,
    ids: undefined as never,
    changed() {},
  });
  return {
    stock: await rows('inventory', 'select sku, on_hand as "onHand", reserved from stock order by sku'),
    holds: await rows('inventory', 'select saga_id as "sagaId", state, lines from reservations order by saga_id'),
    vouchers: (
      await rows<{ code: string; used: number; usage: number | null; user: number | null }>(
        'discount',
        'select code, used, usage_limit as usage, per_user_limit as "user" from vouchers order by code',
      )
    ).map(({ code, used, usage, user }) => ({
      ...{ code, used },
      ...{ usageLimit: usage ?? undefined, perUserLimit: user ?? undefined },
    })),
    redemptions: await rows(
      'discount',
      `select saga_id as "sagaId", code, user_id as "userId", amount, released_at is null as "isLive"
       from redemptions order by saga_id, code`,
    ),
    applications: await rows('discount', 'select saga_id as "sagaId", state from applications order by saga_id'),
    sagas: (await sagas.list({ limit: 1_000 })).reverse(),
    orders: (await sagas.listOrders({ limit: 1_000 })).reverse(),
    carts: (await rows<{ document: Cart }>('cart', 'select document from carts order by user_id')).map(
      ({ document }) => document,
    ),
    waiting: counts.flat().reduce((sum, { waiting }) => sum + waiting, 0),
  };
};
