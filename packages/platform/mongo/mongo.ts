import type { Model, Schema } from 'mongoose';

/** One service's MongoDB. Everything that it acknowledges is on the disks of a majority. */
export interface Mongo {
  /** The collection of documents of this schema. Ask for all of them before `buildIndexes`. */
  collection<Document>(name: string, schema: Schema<Document>): Model<Document>;
  /** Makes the collections and every index that their schemas declare, and waits for them. What is there stays. */
  buildIndexes(): Promise<void>;
  /** Resolves when the primary answers within 2 s, rejects otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
