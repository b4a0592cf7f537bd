import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin, Consumer, MessagesStreamFallbackModes, MessagesStreamModes, Producer } from '@platformatic/kafka';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type {} from '../../../tests/distributed/servers.setup.ts';
import { startKafka } from './kafka.ts';
import { createLeash, type Leash } from './leash.ts';
import { startMongo } from './mongo.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

describe('the real servers', () => {
  let dir: string;
  let leash: Leash;
  const options = (name: string, port?: number) => ({
    dir: join(dir, name),
    port,
    onStart: (process: { pid: number; started: string }) => leash.hold({ process }),
  });

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shop-servers-test-'));
    leash = createLeash();
  });
  afterAll(async () => {
    await leash.end();
    await rm(dir, { recursive: true, force: true });
  });

  it('When Kafka is killed and started again on its folder, then what it acknowledged is there', async () => {
    const first = await startKafka(options('kafka'));
    const client = { clientId: 'test', bootstrapBrokers: [first.url], retries: 20, retryDelay: 200 };
    const admin = new Admin(client);
    await admin.createTopics({ topics: ['kept'], partitions: 6, replicas: 1 });
    await admin.close();
    const producer = new Producer({ ...client, acks: -1, idempotent: true });
    await producer.send({ messages: [{ topic: 'kept', value: Buffer.from('here') }] });
    await producer.close();
    await first.kill();

    const second = await startKafka(options('kafka', first.port));
    expect(second.pid).not.toBe(first.pid);
    const consumer = new Consumer({ ...client, groupId: 'test' });
    const stream = await consumer.consume({
      topics: ['kept'],
      mode: MessagesStreamModes.COMMITTED,
      fallbackMode: MessagesStreamFallbackModes.EARLIEST,
    });
    for await (const message of stream) {
      expect(message.value.toString()).toBe('here');
      break;
    }
    await consumer.close(true);
    expect(await second.stop()).toBe(true);
  });

  it('When MongoDB is killed and started again, also on another port, then it is primary and what it acknowledged is there', async () => {
    const first = await startMongo(options('mongo'));
    const write = await mongoose.createConnection(`${first.url}&w=majority&journal=true`).asPromise();
    await write.collection('kept').insertOne({ value: 'here' });
    await write.close();
    await first.kill();

    const second = await startMongo(options('mongo', first.port));
    expect(await second.stop()).toBe(true);
    const third = await startMongo({ ...options('mongo'), port: 0 });
    const read = await mongoose.createConnection(third.url).asPromise();
    expect(await read.collection('kept').findOne({}, { projection: { _id: 0 } })).toEqual({ value: 'here' });
    await read.close();
  });

  it('When PostgreSQL is killed and started again on its folder, then what it acknowledged is there', async () => {
    const first = await startPostgres(options('postgres'));
    const write = new pg.Client({ ...first.connection, database: 'postgres' });
    write.on('error', () => {});
    await write.connect();
    await write.query(`create table kept as select 'here' as value`);
    await first.kill();

    const second = await startPostgres(options('postgres', first.port));
    const read = new pg.Client({ ...second.connection, database: 'postgres' });
    await read.connect();
    expect((await read.query('select value from kept')).rows).toEqual([{ value: 'here' }]);
    expect((await read.query('show fsync')).rows).toEqual([{ fsync: 'on' }]);
    await read.end();
    expect(await second.stop()).toBe(true);
  });

  it('When a port that was asked for is taken, then the server says so and nothing is started', async () => {
    const taken = Number(new URL(inject('redis')).port);
    await expect(startRedis(options('other', taken))).rejects.toThrow(`Port ${taken}, wanted for Redis, is taken`);
  });

  it('When a server can not start, then the end of its log is told', async () => {
    const dir = join(options('broken').dir, 'data');
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, 'storage.bson'), 'not BSON');
    await expect(startMongo(options('broken'))).rejects.toThrow(
      /^MongoDB did not start; its log is .*mongod[.]log, and ends with:\n./,
    );
  });

  it('When Redis is killed and started again, then it answers and is empty', async () => {
    const first = await startRedis(options('redis'));
    const redis = new Redis(first.url);
    await redis.set('lock', 'mine');
    redis.disconnect();
    await first.kill();

    const second = await startRedis(options('redis', first.port));
    const again = new Redis(second.url);
    expect(await again.get('lock')).toBeNull();
    again.disconnect();
  });
});
