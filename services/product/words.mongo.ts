import { schemaOf } from '@shop/platform/mongo/schema.ts';
import { type Model, trusted } from 'mongoose';
import type { StoredProduct } from './schema.mongo.ts';
import { lastOf } from './words.ts';

/** A word of the catalogue. Words are only ever added: one that no product has any more finds nothing. */
export interface StoredWord {
  _id: string;
}

export const wordSchema = schemaOf<StoredWord>({ _id: String });

/** Matches what begins so. A range and no pattern: nothing in a word means anything but itself. */
export const beginsWith = (prefix: string) => ({ $gte: prefix, $lt: lastOf(prefix) });

/** No word: it says that the words of all products are known. */
const allKnown = '';
const batch = 1_000;

/** Every word of every product, so that a search can ask for whole words instead of all that begin in some way. */
export interface Words {
  /** Makes words known. To be awaited before the first product that has them is stored. */
  add(words: readonly string[]): Promise<void>;
  /** The known words that begin with `prefix`; undefined where they are more than `most`. */
  beginning(prefix: string, most: number): Promise<string[] | undefined>;
  /** Makes the words of products known that were stored before words were kept. Once done it does nothing. */
  addAllOf(products: Model<StoredProduct>): Promise<void>;
}

export const createWords = (stored: Model<StoredWord>): Words => {
  const add: Words['add'] = async (words) => {
    const wanted = [...new Set(words)];
    const found = await stored.find({ _id: trusted({ $in: wanted }) }).lean();
    const known = new Set(found.map(({ _id }) => _id));
    const unknown = wanted.filter((word) => !known.has(word));
    if (unknown.length === 0) return;
    // Others may make the same one known at this moment.
    const writes = unknown.map((_id) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: { _id } }, upsert: true },
    }));
    await stored.bulkWrite(writes, { ordered: false });
  };

  return {
    add,
    async beginning(prefix, most) {
      const found = await stored
        .find({ _id: trusted(beginsWith(prefix)) })
        .limit(most + 1)
        .lean();
      return found.length > most ? undefined : found.map(({ _id }) => _id);
    },
    async addAllOf(products) {
      if (await stored.exists({ _id: allKnown })) return;
      for (let after = ''; ; ) {
        const page = await products
          .find({ _id: trusted({ $gt: after }) }, { 'keys.words': 1 })
          .sort({ _id: 1 })
          .limit(batch)
          .lean<StoredProduct[]>();
        const end = page.at(-1);
        if (!end) break;
        await add(page.flatMap(({ keys }) => keys.words));
        after = end._id;
      }
      await add([allKnown]);
    },
  };
};
