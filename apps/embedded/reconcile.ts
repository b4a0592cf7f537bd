import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { faultOf } from '@shop/contracts/event-schemas.ts';
import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { connectPostgres, type ServerConnection } from '@shop/platform/postgres/connect.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { createLogger } from '@shop/platform/telemetry/logger.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { type DatabaseName, type Databases, databaseNames } from './databases.ts';
import { createServices } from './services.ts';

/** The PostgreSQL of a running shop: its port is in postmaster.pid, its password beside the data. */
export const connectionOf = async (dataDir: string): Promise<ServerConnection> => {
  const [pidFile, password] = await Promise.all([
    readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8'),
    readFile(join(dataDir, 'postgres/password'), 'utf8'),
  ]);
  return { host: '127.0.0.1', port: Number(pidFile.split('\n')[3]), user: 'shop', password };
};

const withDatabases = async <T>(dataDir: string, work: (databases: Databases) => Promise<T>): Promise<T> => {
  const connection = await connectionOf(dataDir);
  const pools = new Map<DatabaseName, Postgres<never>>(
    databaseNames.map((name) => [
      name,
      connectPostgres<never>({ ...connection, database: name, name: 'reconcile', max: 1 }),
    ]),
  );
  const close = async () => {
    await Promise.all([...pools.values()].map((pool) => pool.close()));
  };
  try {
    return await work({ of: <Tables>(name: DatabaseName) => pools.get(name) as unknown as Postgres<Tables>, close });
  } finally {
    await close();
  }
};

/** What ties services together: each breach of I4, I5 and I7 that no single service can see. */
const acrossServices = async (databases: Databases): Promise<string[]> => {
  const rows = async <Row>(name: DatabaseName, text: string) => databases.of(name).query<Row>({ text });
  const breaches: string[] = [];
  for (const name of databaseNames) {
    const [waiting] = await rows<{ count: number }>(name, 'select count(*) as count from outbox');
    if (waiting?.count) breaches.push(`${waiting.count} events wait in the outbox of ${name}`);
  }
  const letters = await rows<{ id: string }>('events', 'select id from dead_letters');
  if (letters.length > 0) breaches.push(`${letters.length} dead letters`);
  const orders = await rows<{ checkout_id: string; status: string; vouchers: number }>(
    'order',
    `select checkout_id, status, jsonb_array_length(body->'vouchers') as vouchers from orders`,
  );
  const reservations = await rows<{ saga_id: string; state: string }>(
    'inventory',
    'select saga_id, state from reservations',
  );
  const redeemed = await rows<{ saga_id: string; live: number }>(
    'discount',
    `select saga_id, count(*) filter (where released_at is null) as live from redemptions group by saga_id`,
  );
  const stateOf = new Map(reservations.map(({ saga_id, state }) => [saga_id, state]));
  const liveOf = new Map(redeemed.map(({ saga_id, live }) => [saga_id, live]));
  const ordered = new Set(orders.map(({ checkout_id }) => checkout_id));
  for (const { checkout_id, status, vouchers } of orders) {
    const state = stateOf.get(checkout_id);
    // What was never taken from the shelf is forgotten in time.
    const wanted = status === 'cancelled' ? ['restocked', 'released', undefined] : ['committed'];
    if (!wanted.includes(state)) breaches.push(`the stock of ${status} checkout ${checkout_id} is ${state}`);
    if ((liveOf.get(checkout_id) ?? 0) !== (status === 'cancelled' ? 0 : vouchers))
      breaches.push(`the vouchers of ${status} checkout ${checkout_id} do not match`);
  }
  for (const [saga, state] of stateOf)
    if (!ordered.has(saga) && state !== 'released') breaches.push(`stock is ${state} for ${saga}, which has no order`);
  for (const [saga, live] of liveOf)
    if (!ordered.has(saga) && live > 0) breaches.push(`vouchers are redeemed for ${saga}, which has no order`);
  return breaches;
};

/** Events in the log that are not as their schemas say: consumers let pass what a newer version may add, this does not. */
const foreignEvents = async (databases: Databases): Promise<string[]> => {
  const page = `
    select topic, position, event from log_messages
    where (topic, position) > ($1, $2) order by topic, position limit 2000`;
  const breaches: string[] = [];
  for (let after: [string, number] | undefined = ['', 0]; after; ) {
    const rows: { topic: string; position: number; event: AnyShopEvent }[] = await databases
      .of('events')
      .query({ text: page, values: after });
    for (const { event } of rows) {
      const fault = faultOf(event);
      if (fault) breaches.push(`event ${event.id} (${event.type}) is not as its schema says: ${fault}`);
    }
    const last = rows.at(-1);
    after = last && [last.topic, last.position];
  }
  return breaches;
};

/**
 * Every breach of the invariants I1 to I5 and I7 in the databases of the shop that runs on a data folder; what is under
 * way counts as one too, so ask a shop at rest. Empty is well.
 */
export const reconcile = (dataDir: string): Promise<string[]> =>
  withDatabases(dataDir, async (databases) => {
    const services = createServices({
      databases,
      currency: 'USD',
      issuer: 'reconcile',
      clock: systemClock,
      ids: systemIds,
      logger: createLogger({ name: 'reconcile', level: 'silent' }),
    });
    const [inventory, discount, order, locked, across, foreign] = await Promise.all([
      services.inventory.audit(),
      services.discount.audit(),
      services.orderStore.audit(),
      databases.of('cart').query<{ user_id: string }>({
        text: `select user_id from carts where coalesce(document -> 'lock', 'null') <> 'null'`,
      }),
      acrossServices(databases),
      foreignEvents(databases),
    ]);
    const carts = locked.map(({ user_id }) => `the cart of ${user_id} is locked`);
    return [...inventory, ...discount, ...order, ...carts, ...across, ...foreign];
  });
