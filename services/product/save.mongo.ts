import { refuse } from '@shop/contracts/problems.ts';
import { isDuplicateKey, isTooLarge } from '@shop/platform/mongo/errors.ts';
import { type MongoOutbox, noRoom } from '@shop/platform/mongo/outbox.ts';
import mongoose, { type AnyBulkWriteOperation, type Model } from 'mongoose';
import { toDocument } from './document.ts';
import { catalogueEvent } from './events.ts';
import type { StoredProduct } from './schema.mongo.ts';
import { searchKeys } from './search.ts';
import type { Save, SaveReply } from './store.ts';
import { refusalsOf } from './taken.mongo.ts';

/** A key that was taken may be free when it is looked up, as a handle can be given up: then the write is made again. */
const maxRounds = 5;

/**
 * Writes all with one command for new products and one for the others, each product in a write of its own. What was
 * taken is looked up for all of them together.
 */
export const saveProducts = async (
  products: Model<StoredProduct>,
  outbox: MongoOutbox,
  saves: readonly Save[],
): Promise<SaveReply[]> => {
  const replies = new Map<Save, SaveReply>();
  let open = [...saves];
  for (let round = 0; open.length > 0; round += 1) {
    if (round === maxRounds) throw new Error('A handle or SKU was taken and free, again and again');
    const { unmatched, taken } = await writeAll(products, outbox, open);
    for (const save of open) if (!unmatched.has(save) && !taken.has(save)) replies.set(save, { ok: true });
    await assertRoom(products, [...unmatched]);
    for (const save of unmatched) replies.set(save, refuse('VERSION_CONFLICT'));
    for (const [save, reply] of await refusalsOf(products, [...taken])) replies.set(save, reply);
    open = open.filter((save) => !replies.has(save));
  }
  return saves.map((save) => replies.get(save) as SaveReply);
};

const writeOf = ({ product, before, fact }: Save, outbox: MongoOutbox): AnyBulkWriteOperation<StoredProduct> => {
  const { id } = product;
  const fields = { product: toDocument(product), keys: searchKeys(product) };
  const events = [catalogueEvent(fact, product)];
  if (!before) return { insertOne: { document: { _id: id, ...fields, ...outbox.opening(id, events) } } };
  return {
    updateOne: {
      // The guard: a product whose version moved on is not found. `$eq`, because in bulk writes Mongoose lets a value be
      // an operator.
      filter: { _id: { $eq: id }, 'product.version': { $eq: before.version }, ...outbox.room(events) },
      // Of many updates the server says how many found their document, but not which. One that finds none would have to
      // make one under two ids here, which fails: so each that found none is told by an error of its own.
      update: { $set: fields, ...outbox.saying(events), $setOnInsert: { _id: null } },
      upsert: true,
    },
  };
};

/** The saves that wrote nothing: their document was not as expected, or keys of theirs are another's. */
interface Unwritten {
  unmatched: Set<Save>;
  taken: Set<Save>;
}

const writeAll = async (
  products: Model<StoredProduct>,
  outbox: MongoOutbox,
  saves: readonly Save[],
): Promise<Unwritten> => {
  const writes = saves.map((save) => writeOf(save, outbox));
  try {
    await products.bulkWrite(writes, { ordered: false, throwOnValidationError: true });
    return { unmatched: new Set(), taken: new Set() };
  } catch (error) {
    return unwrittenIn(error, saves);
  }
};

const { MongoBulkWriteError, MongoServerError } = mongoose.mongo;
/** `ImmutableField`: an update that found no document would have given one a second id. */
const secondId = 66;

const unwrittenIn = (error: unknown, saves: readonly Save[]): Unwritten => {
  if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError()) throw error;
  const failures = [error.writeErrors].flat();
  // Nothing was answered, write by write.
  if (failures.length === 0) throw error;
  const unmatched = new Set<Save>();
  const taken = new Set<Save>();
  for (const { index, code, errmsg } of failures) {
    const save = saves[index];
    if (save && code === secondId) unmatched.add(save);
    else if (save && isDuplicateKey({ code })) taken.add(save);
    else throw isTooLarge({ code }) ? noRoom() : new MongoServerError({ message: errmsg, code });
  }
  return { unmatched, taken };
};

/** Of products that were passed by, those that still have the expected version have no room for further events. */
const assertRoom = async (products: Model<StoredProduct>, saves: readonly Save[]): Promise<void> => {
  if (saves.length === 0) return;
  const full = await products
    .findOne(
      { $or: saves.map(({ product, before }) => ({ _id: product.id, 'product.version': before?.version })) },
      { _id: 1 },
    )
    .readConcern('local')
    .lean();
  if (full) throw noRoom();
};
