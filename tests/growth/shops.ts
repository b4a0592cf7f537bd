import { type Connection, connectionIn, connectPostgres } from '@shop/platform/postgres/connect.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { createPostgresProductStore } from '@shop/product/store.postgres.ts';
import { createShop, type Shop } from '@shop/sdk/shop.ts';
import mongoose from 'mongoose';
import { connectionOf } from '../../apps/reconcile/embedded.ts';
import { createLeash } from '../../deploy/local/servers/leash.ts';
import { defaultAdmin, startStack } from '../../deploy/local/stack.ts';
import { startEmbeddedShop } from '../support/embedded-shop.ts';
import { removeFolder, temporaryFolder } from '../support/shop.ts';
import { documentOf, productOf } from './products.ts';

export type Form = 'embedded' | 'distributed';

/** A running shop, and a way past its doors: nobody sells a million things one by one for a measurement. */
export interface GrowingShop {
  visit(): Shop;
  admin: Shop;
  /** Stores the products of these numbers as product would, without telling anybody. */
  addProducts(from: number, to: number): Promise<void>;
  inventory: Postgres;
  order: Postgres;
  /** Has servers look at their tables anew. */
  analyse(): Promise<void>;
  close(): Promise<void>;
}

/** A statement over a million rows may take its time. */
const patientMs = 600_000;
const batch = 2_000;

const open = (connection: Connection): Postgres =>
  connectPostgres({ ...connection, name: 'growth', max: 2, statementTimeoutMs: patientMs });

const signedIn = async (url: string): Promise<Pick<GrowingShop, 'visit' | 'admin'>> => {
  const visit = () => createShop({ url, attempts: 1, timeoutMs: 60_000 });
  const admin = visit();
  await admin.auth.login(defaultAdmin);
  return { visit, admin };
};

const inBatches = async (from: number, to: number, write: (numbers: number[]) => Promise<unknown>): Promise<void> => {
  for (let first = from; first < to; first += batch)
    await write(Array.from({ length: Math.min(batch, to - first) }, (_, at) => first + at));
};

const vacuum = (databases: readonly Postgres[]) =>
  Promise.all(databases.map((pg) => pg.query({ text: 'vacuum (analyze)' })));

const embedded = async (): Promise<GrowingShop> => {
  const dataDir = temporaryFolder();
  const shop = await startEmbeddedShop({ dataDir });
  const server = await connectionOf(dataDir);
  const [product, inventory, order] = ['product', 'inventory', 'order'].map((database) =>
    open({ ...server, database }),
  );
  if (!product || !inventory || !order) throw new Error('three databases are three');
  const store = createPostgresProductStore({ pg: product, outbox: { append: async () => {} } });
  return {
    ...(await signedIn(shop.url)),
    inventory,
    order,
    addProducts: (from, to) =>
      inBatches(from, to, (numbers) =>
        store.save(numbers.map((n) => ({ product: productOf(n), fact: 'product.created' }))),
      ),
    async analyse() {
      await vacuum([product, inventory, order]);
    },
    async close() {
      await Promise.all([product, inventory, order].map((pg) => pg.close()));
      await shop.stop();
      removeFolder(dataDir);
    },
  };
};

const distributed = async (): Promise<GrowingShop> => {
  const dir = temporaryFolder();
  const leash = createLeash();
  leash.hold({ folder: dir });
  const stack = await startStack({
    ...{ dir, port: 0, freePorts: true, seed: false, env: { RATE_LIMIT: 'off', LOG_LEVEL: 'warn' } },
    onStart: (process, group) => leash.hold({ process, group }),
  });
  const databaseOf = (service: 'inventory' | 'order') =>
    open(connectionIn(stack.environmentOf(service).DATABASE_URL ?? ''));
  const [inventory, order] = [databaseOf('inventory'), databaseOf('order')];
  const mongo = await mongoose.createConnection(stack.environmentOf('product').MONGO_URL ?? '').asPromise();
  const products = mongo.collection<{ _id: string }>('products');
  const words = mongo.collection<{ _id: string }>('words');
  const known = new Set<string>();
  return {
    ...(await signedIn(stack.url)),
    inventory,
    order,
    async addProducts(from, to) {
      // Built at the end, out of what is there, indexes cost a fraction of what they do entry by entry.
      const indexes = (await products.indexes()).filter(({ name }) => name !== '_id_');
      await products.dropIndexes();
      await inBatches(from, to, async (numbers) => {
        const documents = numbers.map(productOf).map(documentOf);
        const met = new Set(documents.flatMap(({ keys }) => keys.words).filter((word) => !known.has(word)));
        for (const word of met) known.add(word);
        await Promise.all([
          products.insertMany(documents.map((stored) => ({ ...stored, shard: 0, pending: [] }))),
          words.insertMany([...met].map((_id) => ({ _id }))),
        ]);
      });
      await products.createIndexes(
        indexes.map(({ v: _version, ...index }) => index) as mongoose.mongo.IndexDescription[],
      );
    },
    async analyse() {
      await vacuum([inventory, order]);
    },
    async close() {
      await Promise.all([inventory.close(), order.close(), mongo.close()]);
      await stack.destroy();
      await leash.end();
    },
  };
};

export const growingShop = (form: Form): Promise<GrowingShop> => (form === 'embedded' ? embedded() : distributed());
