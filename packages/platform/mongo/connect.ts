import { Problem } from '@shop/contracts/problems.ts';
import { type Connection, type ConnectOptions, type Model, Mongoose, type Schema } from 'mongoose';
import { isInfrastructureFailure } from '../failures/infrastructure.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';
import { systemClock } from '../time/system.ts';
import type { Mongo } from './mongo.ts';

export interface MongoOptions {
  /** `mongodb://host:port/<database>?replicaSet=<set>`. */
  url: string;
  /** Shown in the server's log and its list of operations. */
  name: string;
  /** The most connections at a time; 20 unless given. */
  max?: number;
  logger?: Logger;
  clock?: Clock;
}

const pingMs = 2_000;
/** A build that takes longer than an answer may is asked for again, which waits for the one under way. */
const buildMs = 120_000;

const options = ({ name, max = 20 }: MongoOptions): ConnectOptions => ({
  appName: name,
  autoIndex: false,
  autoCreate: false,
  bufferCommands: false,
  // What was acknowledged survives, and what is read too: nothing follows from a write that a crash could take back.
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 5_000 },
  readConcern: { level: 'majority' },
  readPreference: 'primary',
  // A write whose answer was lost is sent again under its number; the set knows it and answers as it did the first time.
  retryWrites: true,
  retryReads: true,
  // A field that is undefined is left out, as in JSON, and not stored as null.
  ignoreUndefined: true,
  maxPoolSize: max,
  // How long work waits: for a server, for one of `max` connections, for a new one, for an answer.
  serverSelectionTimeoutMS: 2_000,
  waitQueueTimeoutMS: 4_000,
  connectTimeoutMS: 2_000,
  socketTimeoutMS: 5_000,
  // A server that answers nothing at all is given up after this and `connectTimeoutMS`, with all that waits for it.
  heartbeatFrequencyMS: 2_000,
});

/**
 * Connects to a service's database. A server that is gone and comes back is found again; meanwhile work is rejected
 * within seconds, with errors that `isInfrastructureFailure` tells from others.
 *
 * Filters take values, never operators, unless the code that writes the filter says so with `trusted`.
 *
 * @throws the driver's error when no server is there within 2 s
 */
export const connectMongo = async (given: MongoOptions): Promise<Mongo> => {
  const { url, logger, clock = systemClock } = given;
  const mongoose = new Mongoose({ sanitizeFilter: true });
  const connection = mongoose.createConnection(url, options(given));
  let closing = false;
  connection.on('disconnected', () => closing || logger?.warn('MongoDB is out of reach'));
  connection.on('reconnected', () => logger?.info('MongoDB is back'));
  await connection.asPromise().catch(async (error) => {
    await connection.close(true).catch(() => {});
    throw error;
  });
  return {
    collection: <Document>(name: string, schema: Schema<Document>) =>
      (connection.models[name] ?? connection.model(name, schema, name)) as unknown as Model<Document>,
    buildIndexes: () => buildIndexes(connection, clock),
    ping: () => ping(connection, clock),
    close() {
      closing = true;
      return connection.close();
    },
  };
};

const buildIndexes = async ({ models }: Connection, clock: Clock): Promise<void> => {
  const deadline = clock.now().getTime() + buildMs;
  for (const model of Object.values(models)) {
    for (;;) {
      try {
        await model.createCollection();
        await model.createIndexes();
        break;
      } catch (error) {
        if (!isInfrastructureFailure(error) || clock.now().getTime() > deadline) throw error;
        await clock.sleep(500);
      }
    }
  }
};

const ping = async (connection: Connection, clock: Clock): Promise<void> => {
  const answered = new AbortController();
  const late = clock.sleep(pingMs, answered.signal).then(() => {
    if (!answered.signal.aborted)
      throw new Problem('UNAVAILABLE', { detail: `MongoDB did not answer in ${pingMs} ms` });
  });
  try {
    await Promise.race([connection.getClient().db().command({ ping: 1 }), late]);
  } finally {
    answered.abort();
  }
};
