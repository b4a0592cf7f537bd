import mongoose from 'mongoose';
import { afterAll, inject } from 'vitest';
import { connectMongo } from '../mongo/connect.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Logger } from '../telemetry/logger.ts';
import { systemIds } from '../time/system.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The MongoDB of this run, without a database: `mongodb://127.0.0.1:p/?replicaSet=rs0&directConnection=true`. */
    mongo: string;
  }
}

/** What the server had to do for one command. */
export interface Profile {
  /** The collection. */
  ns: string;
  keysExamined: number;
  docsExamined: number;
  /** Of reads. */
  nreturned?: number;
  /** Absent unless what was found had to be sorted. */
  hasSortStage?: true;
  /** As `IXSCAN { status: 1, title: 1 }` or `COLLSCAN`. */
  planSummary: string;
  command: { maxTimeMS?: number };
}

export interface TestMongo extends Mongo {
  /** Of this database. */
  url: string;
  /** What the server did in `collection` while `work` ran. */
  profile(collection: string, work: () => Promise<unknown>): Promise<Profile[]>;
}

/** A fresh database on a MongoDB, the one of this run unless given; dropped and closed after the tests of the file. Call it at the top of that: a hook is too late. */
export const testMongo = async (server = inject('mongo'), logger?: Logger): Promise<TestMongo> => {
  const url = new URL(server);
  url.pathname = `/test_${systemIds.uuid().replaceAll('-', '')}`;
  const mongo = await connectMongo({ url: url.href, name: 'test', logger });
  const client = new mongoose.mongo.MongoClient(url.href);
  afterAll(async () => {
    await client.db().dropDatabase();
    await client.close();
    await mongo.close();
  });
  return {
    ...mongo,
    url: url.href,
    async profile(collection, work) {
      const db = client.db();
      await db.command({ profile: 2 });
      try {
        await work();
      } finally {
        await db.command({ profile: 0 });
      }
      const done = { ns: `${db.databaseName}.${collection}`, docsExamined: { $exists: true } };
      const found = await db.collection<Profile>('system.profile').find(done).sort({ ts: 1 }).toArray();
      await db.collection('system.profile').drop();
      return found;
    },
  };
};
