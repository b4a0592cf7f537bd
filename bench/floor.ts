import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import mongoose from 'mongoose';
import pg from 'pg';
import { v7 } from 'uuid';
import type { Scenario } from './scenario.ts';

export interface FloorUrls {
  /** A database whose role may make a schema in it. */
  postgres: string;
  mongo: string;
  /** `host:port` */
  kafka: string;
}

const skuCount = 200;
const voucherCount = 10;
const topic = 'bench-floor';
/** As many connections as a service has to each. */
const postgresConnections = 12;
const mongoConnections = 20;

/** As plain as tables can be that hold what a checkout must leave behind; one outbox for all, as one database serves here. */
const schema = `
  drop schema if exists bench_floor cascade;
  create schema bench_floor;
  create table bench_floor.vouchers (code text primary key, used bigint not null, usage_limit bigint);
  create table bench_floor.redemptions (saga_id uuid primary key, code text not null, amount bigint not null);
  create table bench_floor.stock (
    sku text primary key, on_hand bigint not null, reserved bigint not null, check (reserved between 0 and on_hand));
  create table bench_floor.reservations (saga_id uuid primary key, lines jsonb not null);
  create table bench_floor.sagas (
    id uuid primary key, user_id uuid not null, key text not null, state text not null, unique (user_id, key));
  create table bench_floor.orders (id uuid primary key, saga_id uuid not null unique, body jsonb not null);
  create table bench_floor.outbox (
    id bigint generated always as identity primary key, event_id uuid not null, type text not null, key text not null, data jsonb not null);
  insert into bench_floor.vouchers select 'V' || n, 0, null from generate_series(0, ${voucherCount - 1}) n;
  insert into bench_floor.stock select 'S' || n, 1000000000, 0 from generate_series(0, ${skuCount - 1}) n;`;

/** The vouchers of one checkout, and the event. */
const redeem = `
  with used as (
    update bench_floor.vouchers set used = used + 1
    where code = $2 and (usage_limit is null or used < usage_limit) returning code
  ), redeemed as (
    insert into bench_floor.redemptions (saga_id, code, amount) select $1, code, $3 from used
  )
  insert into bench_floor.outbox (event_id, type, key, data) select $4, 'discount.applied', $1::text, $5 from used returning id`;

/** All lines or none, locked in one order, and the event. */
const reserve = `
  with demand as (
    select sku, quantity from unnest($2::text[], $3::bigint[]) as d (sku, quantity)
  ), locked as (
    select s.sku, d.quantity from bench_floor.stock s join demand d using (sku)
    where s.on_hand - s.reserved >= d.quantity order by s.sku for update of s
  ), reserved as (
    update bench_floor.stock s set reserved = s.reserved + l.quantity from locked l
    where s.sku = l.sku and (select count(*) from locked) = cardinality($2::text[]) returning s.sku
  ), held as (
    insert into bench_floor.reservations (saga_id, lines) select $1, $4::jsonb where exists (select 1 from reserved)
  )
  insert into bench_floor.outbox (event_id, type, key, data)
  select $5, 'inventory.reserved', $1::text, $6::jsonb where exists (select 1 from reserved) returning id`;

/** The saga, the order and the event. */
const place = `
  with saga as (
    insert into bench_floor.sagas (id, user_id, key, state) values ($1, $2, $3, 'completed')
  ), ordered as (
    insert into bench_floor.orders (id, saga_id, body) values ($4, $1, $5)
  )
  insert into bench_floor.outbox (event_id, type, key, data) values ($6, 'order.created', $4::text, $7) returning id`;

interface FloorCart {
  _id: string;
  lines: { sku: string; quantity: number; price: number }[];
  vouchers: string[];
  cartNo: number;
  lockedBy?: string;
}

interface Event {
  key: string;
  value: string;
}

/** Sends what has gathered while the last batch was on its way. */
const createSender = (producer: Producer<string, string, string, string>) => {
  let waiting: Event[] = [];
  let pumping: Promise<void> | undefined;
  const pump = async (): Promise<void> => {
    while (waiting.length > 0) {
      const messages = waiting.map((event) => ({ topic, ...event }));
      waiting = [];
      await producer.send({ messages });
    }
    pumping = undefined;
  };
  return {
    send(events: readonly Event[]): void {
      waiting.push(...events);
      pumping ??= pump();
    },
    /** Resolves when all is acknowledged. */
    sent: async (): Promise<void> => pumping,
  };
};

const openServers = async ({ postgres, mongo, kafka }: FloorUrls) => {
  const pool = new pg.Pool({ connectionString: postgres, max: postgresConnections });
  await pool.query(schema);
  const client = await new mongoose.mongo.MongoClient(mongo, {
    maxPoolSize: mongoConnections,
    writeConcern: { w: 'majority', journal: true },
  }).connect();
  const carts = client.db().collection<FloorCart>('bench_floor_carts');
  const common = { clientId: 'bench', bootstrapBrokers: [kafka] };
  const admin = new Admin(common);
  await admin.deleteTopics({ topics: [topic] }).catch(() => {});
  await admin.createTopics({ topics: [topic], partitions: 6, replicas: 1 });
  const producer = new Producer({ ...common, idempotent: true, serializers: stringSerializers });
  const close = async () => {
    await pool.query('drop schema bench_floor cascade');
    await carts.drop();
    await admin.deleteTopics({ topics: [topic] });
    await Promise.all([pool.end(), client.close(), producer.close(), admin.close()]);
  };
  return { pool, carts, producer, close };
};

type Servers = Awaited<ReturnType<typeof openServers>>;

/** A checkout's least durable work, one step after the other as a saga has them; its events go out in batches. */
const checkout = async ({ pool, carts }: Servers, sender: ReturnType<typeof createSender>, userId: string) => {
  const [sagaId, orderId] = [v7(), v7()];
  const cart = await carts.findOneAndUpdate(
    { _id: userId, lockedBy: { $exists: false } },
    { $set: { lockedBy: sagaId } },
  );
  if (!cart) throw new Error('the cart was not locked');
  const { lines, vouchers } = cart;
  const run = async (name: string, text: string, values: unknown[]) => {
    const { rowCount } = await pool.query({ name, text, values });
    if (rowCount !== 1) throw new Error(`${name} did nothing`);
  };
  const applied = JSON.stringify({ sagaId, orderId, userId, vouchers });
  await run('redeem', redeem, [sagaId, vouchers[0], 100, v7(), applied]);
  const body = JSON.stringify({ sagaId, orderId, userId, lines });
  const [skus, quantities] = [lines.map(({ sku }) => sku), lines.map(({ quantity }) => quantity)];
  await run('reserve', reserve, [sagaId, skus, quantities, JSON.stringify(lines), v7(), body]);
  await run('place', place, [sagaId, userId, sagaId, orderId, body, v7(), body]);
  const { matchedCount } = await carts.updateOne(
    { _id: userId, lockedBy: sagaId },
    { $set: { lines: [], vouchers: [] }, $inc: { cartNo: 1 }, $unset: { lockedBy: '' } },
  );
  if (matchedCount !== 1) throw new Error('the cart was not completed');
  sender.send([
    { key: orderId, value: applied },
    { key: orderId, value: body },
    { key: orderId, value: body },
  ]);
};

/**
 * The least durable work that a checkout needs, straight to the drivers from one process, without HTTP and without a
 * framework: what the shop could do at best on these servers.
 */
export const openFloor = async (urls: FloorUrls): Promise<Scenario & { close(): Promise<void> }> => {
  const servers = await openServers(urls);
  const sender = createSender(servers.producer);
  const cartOf = (userId: string, turn: number): FloorCart => ({
    _id: userId,
    cartNo: 1,
    lines: [turn * 7, turn * 7 + 31].map((at) => ({ sku: `S${at % skuCount}`, quantity: 1, price: 500 + at })),
    vouchers: [`V${turn % voucherCount}`],
  });
  return {
    async prepare(count) {
      await sender.sent();
      const users = Array.from({ length: count }, () => v7());
      await servers.carts.insertMany(users.map(cartOf));
      return users.map((userId) => () => checkout(servers, sender, userId));
    },
    async close() {
      await sender.sent();
      await servers.close();
    },
  };
};
