import { trusted } from 'mongoose';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { ownMongo } from '../../../tests/distributed/own-mongo.ts';
import { isInfrastructureFailure } from '../failures/infrastructure.ts';
import { recordingLogger } from '../testing/logger.ts';
import { testMongo } from '../testing/mongo.ts';
import { systemClock, systemIds } from '../time/system.ts';
import { connectMongo } from './connect.ts';
import { schemaOf } from './schema.ts';

interface Thing {
  _id: string;
  name: string;
  count: number;
}

const schema = schemaOf<Thing>({ _id: String, name: String, count: Number });
schema.index({ name: 1 }, { name: 'name', unique: true });

/** What came of it, and after how many milliseconds. */
const outcomeOf = async (work: Promise<unknown>): Promise<{ error: unknown; ms: number }> => {
  const began = systemClock.now().getTime();
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, ms: systemClock.now().getTime() - began };
};

describe('A connection to MongoDB', async () => {
  const mongo = await testMongo();
  const things = mongo.collection('things', schema);

  it('When indexes are built, by many at once, then they hold from then on', async () => {
    await Promise.all([mongo.buildIndexes(), mongo.buildIndexes(), mongo.buildIndexes()]);
    await things.insertMany([{ _id: 'z', name: 'same', count: 1 }]);
    await expect(things.insertMany([{ _id: 'b', name: 'same', count: 1 }])).rejects.toMatchObject({ code: 11000 });
    const [, byName] = await things.listIndexes();
    expect(byName).toMatchObject({ name: 'name', unique: true });
  });

  it('When a value is an operator, then it is no filter, and a field that is not declared is refused', async () => {
    await things.insertMany([{ _id: 'a', name: 'kept', count: 1 }]);
    for (const hostile of [{ $gt: '' }, { $ne: null }, { $in: ['a'] }, { $regex: '.' }, { $where: '1' }] as never[]) {
      const failing = { name: expect.stringMatching('CastError') };
      await expect(things.findOne({ _id: hostile }).lean().exec()).rejects.toMatchObject(failing);
      await expect(things.find({ name: hostile }).lean().exec()).rejects.toMatchObject(failing);
      await expect(things.updateOne({ name: hostile }, { $set: { count: 2 } }).exec()).rejects.toMatchObject(failing);
      await expect(things.deleteMany({ _id: hostile }).exec()).rejects.toMatchObject(failing);
    }
    await expect(things.findOne({ nope: 1 } as never).exec()).rejects.toThrow('nope');
    await expect(things.updateOne({ _id: 'a' }, { $set: { nope: 1 } as never }).exec()).rejects.toThrow('nope');
    expect(await things.find({ _id: trusted({ $in: ['a'] }) }).lean()).toEqual([{ _id: 'a', name: 'kept', count: 1 }]);
  });

  it('When no server is there, then connecting fails within seconds and says so', async () => {
    const { error, ms } = await outcomeOf(
      connectMongo({ url: 'mongodb://127.0.0.1:1/x?replicaSet=rs0', name: 'test' }),
    );
    expect(isInfrastructureFailure(error)).toBe(true);
    expect(ms).toBeLessThan(4_000);
  });

  it('When the database is closed, then what comes late fails as infrastructure does', async () => {
    const closed = await connectMongo({ url: inject('mongo').replace('/?', `/${systemIds.uuid()}?`), name: 'test' });
    const gone = closed.collection('things', schema);
    await closed.close();
    for (const late of [gone.findOne({ _id: 'a' }).exec(), closed.ping()]) {
      expect(isInfrastructureFailure((await outcomeOf(late)).error)).toBe(true);
    }
  });
});

describe('A connection to a MongoDB that fails', async () => {
  const { logger, lines } = recordingLogger();
  const server = await ownMongo();
  const mongo = await testMongo(server.url, logger);
  const things = mongo.collection('things', schema);
  beforeAll(async () => {
    await mongo.buildIndexes();
    await things.insertMany([{ _id: 'a', name: 'a', count: 0 }]);
  });

  const count = () => things.updateOne({ _id: 'a' }, { $inc: { count: 1 } }).exec();
  const everything = () => [
    things.findOne({ _id: 'a' }).lean().exec(),
    count(),
    things.updateMany({ name: 'a' }, { $set: { name: 'a' } }).exec(),
    things.bulkWrite([{ updateOne: { filter: { _id: 'a' }, update: { $set: { name: 'a' } } } }], { ordered: false }),
    things.aggregate([{ $match: { _id: 'a' } }]).exec(),
  ];

  it('When it is killed under load, then all fails within seconds, and goes on by itself after a restart, nothing lost', async () => {
    let acknowledged = 0;
    const before = (await things.findOne({ _id: 'a' }).lean())?.count ?? 0;
    const load = Array.from({ length: 8 }, async () => {
      for (;;) {
        if ((await outcomeOf(count().then(() => (acknowledged += 1)))).error) return;
      }
    });
    await systemClock.sleep(300);
    await server.kill();
    await Promise.all(load);
    for (const { error, ms } of await Promise.all(everything().map(outcomeOf))) {
      expect(isInfrastructureFailure(error)).toBe(true);
      expect(ms).toBeLessThan(4_000);
    }
    const ping = await outcomeOf(mongo.ping());
    expect(isInfrastructureFailure(ping.error)).toBe(true);
    expect(ping.ms).toBeLessThan(4_000);

    await server.restart();
    await mongo.ping();
    const after = (await things.findOne({ _id: 'a' }).lean())?.count ?? 0;
    expect(acknowledged).toBeGreaterThan(20);
    // What was acknowledged is there; of the eight that were cut off each may be, or not.
    expect(after - before).toBeGreaterThanOrEqual(acknowledged);
    expect(after - before).toBeLessThanOrEqual(acknowledged + 8);
    expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['MongoDB is out of reach', 'MongoDB is back']));
  });

  it('When it answers nothing any more, then all fails within seconds, and goes on when it answers again', async () => {
    await server.pause();
    const first = await Promise.all(everything().map(outcomeOf));
    const later = await Promise.all([...everything(), mongo.ping()].map(outcomeOf));
    await server.resume();
    for (const { error } of [...first, ...later]) expect(isInfrastructureFailure(error)).toBe(true);
    // The first ones wait until it is known; those after them know.
    expect(Math.max(...first.map(({ ms }) => ms))).toBeLessThan(9_000);
    expect(Math.max(...later.map(({ ms }) => ms))).toBeLessThan(4_000);
    for (const { error } of await Promise.all(everything().map(outcomeOf))) expect(error).toBeUndefined();
  });
});
