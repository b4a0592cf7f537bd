import type { NewEvent } from '@shop/contracts/events.ts';
import { grouped } from '@shop/platform/grouping/grouped.ts';
import { shardOf } from '@shop/platform/messaging/shards.ts';
import { failedWrites, isDuplicateKey, isTooLarge } from '@shop/platform/mongo/errors.ts';
import type { Mongo } from '@shop/platform/mongo/mongo.ts';
import { createMongoOutbox, type MongoOutbox, noRoom } from '@shop/platform/mongo/outbox.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { type Model, trusted } from 'mongoose';
import type { Cart } from './domain.ts';
import { type CartDocument, cartSchema, replicaSchema } from './schema.mongo.ts';
import type { CartStore } from './store.ts';

export interface MongoCartStoreDeps {
  mongo: Mongo;
  clock: Clock;
  ids: Ids;
}

/** Carts as documents that carry their own events. Call `mongo.buildIndexes` before the first use. */
export const createMongoCartStore = ({
  mongo,
  clock,
  ids,
}: MongoCartStoreDeps): { store: CartStore; outbox: MongoOutbox } => {
  const carts = mongo.collection('carts', cartSchema);
  const replicas = mongo.collection('catalogue_products', replicaSchema);
  const outbox = createMongoOutbox({ mongo, documents: carts, service: 'cart', clock, ids });
  const save = saveIn(carts, outbox);

  const store: CartStore = {
    find: grouped({
      most: mostTogether,
      async run(userIds: readonly string[]) {
        const [only] = userIds;
        if (userIds.length === 1) return [(await carts.findOne({ _id: only }, { cart: 1 }).lean())?.cart];
        const wanted = { _id: trusted({ $in: [...userIds] }) };
        const documents = await carts.find(wanted, { cart: 1 }).batchSize(1_000).lean();
        const found = new Map(documents.map(({ _id, cart }) => [_id, cart]));
        return userIds.map((userId) => found.get(userId));
      },
    }),

    async save(next, expectedVersion, events) {
      const saved = await save(next, expectedVersion, events);
      if (saved && events.length > 0) outbox.nudge();
      return saved;
    },

    async catalogueOf(skus) {
      if (skus.length === 0) return [];
      const found = await replicas
        .find({ 'product.variants.sku': trusted({ $in: [...skus] }) }, { product: 1 })
        .batchSize(1_000)
        .lean();
      return found.map(({ product }) => product);
    },

    async saveProduct(product) {
      const filter = { _id: product.id, 'product.version': trusted({ $lt: product.version }) };
      const update = { $set: { product } };
      try {
        await replicas.updateOne(filter, update, { upsert: true });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        // It is there: no older than this one, or made at the same time as this one and older.
        await replicas.updateOne(filter, update);
      }
    },

    async expiredLocks(now, limit) {
      const due = await carts
        .find({ 'cart.lock.askAt': trusted({ $lte: now.toISOString() }) }, { cart: 1 })
        .sort({ 'cart.lock.askAt': 1 })
        .limit(limit)
        .lean();
      return due.map(({ cart }) => cart);
    },
  };
  return { store, outbox };
};

/**
 * The only write of carts. A write whose answer is lost is sent again by the driver under the number of the first, and
 * the set answers what came of that: so `false` always means that another write was there.
 */
const saveIn = (carts: Model<CartDocument>, outbox: MongoOutbox) => {
  const insert = async (cart: Cart, events: readonly NewEvent[]): Promise<boolean> => {
    try {
      await carts.insertMany([{ _id: cart.userId, cart, ...outbox.opening(cart.userId, events) }], { lean: true });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  };

  const update = async ({ cart, expectedVersion, said, room }: Update): Promise<boolean> => {
    const guard = { _id: cart.userId, 'cart.version': expectedVersion };
    try {
      const { matchedCount } = await carts.updateOne({ ...guard, ...room }, { $set: { cart }, ...said });
      if (matchedCount === 1) return true;
    } catch (error) {
      throw isTooLarge(error) ? noRoom() : error;
    }
    // Passed by for its version, or for all that waits in it? What is there now counts, on whatever disks.
    const full = said.$push && (await carts.findOne(guard, { _id: 1 }).readConcern('local').lean());
    if (full) throw noRoom();
    return false;
  };

  /**
   * Several updates in one command, which tells of each that failed, but not of each that was passed by. So one that
   * finds no document of its version is told to make one: with the id of the one that is there that fails, for this
   * update alone. Whatever failed is then done alone, and gets its own answer.
   */
  const updateAll = async (updates: readonly Update[]): Promise<boolean[]> => {
    const operations = updates.map(({ cart, expectedVersion, said, room }) => ({
      updateOne: {
        filter: { _id: cart.userId, 'cart.version': expectedVersion, ...room },
        update: { $set: { cart }, $setOnInsert: { shard: shardOf(cart.userId) }, ...said },
        upsert: true,
      },
    }));
    try {
      await carts.collection.bulkWrite(operations as never, { ordered: false });
      return updates.map(() => true);
    } catch (error) {
      const failed = failedWrites(error);
      if (!failed) throw error;
      return Promise.all(updates.map((one, at) => (failed.has(at) ? update(one) : true)));
    }
  };

  const updates = grouped({
    most: mostTogether,
    keyOf: ({ cart }: Update) => cart.userId,
    run: async (many: readonly Update[]) => (many.length === 1 && many[0] ? [await update(many[0])] : updateAll(many)),
  });

  return (cart: Cart, expectedVersion: number, events: readonly NewEvent[]): Promise<boolean> =>
    expectedVersion === 0
      ? insert(cart, events)
      : updates({ cart, expectedVersion, said: outbox.saying(events), room: outbox.room(events) });
};

/** The most carts in one command: its buyers wait for each other. */
const mostTogether = 50;

interface Update {
  cart: Cart;
  expectedVersion: number;
  /** The parts of the update, and of its filter, that store its events. */
  said: ReturnType<MongoOutbox['saying']>;
  room: ReturnType<MongoOutbox['room']>;
}
