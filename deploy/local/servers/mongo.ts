import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { mongo } from 'mongoose';
import { fetchMongo } from './mongo.fetch.ts';
import type { Server, ServerOptions } from './options.ts';
import { choosePort } from './ports.ts';
import { launch, untilReady } from './process.ts';

const readyMs = 60_000;
const set = 'rs0';
/** MongoDB's word for a set without members yet. */
const notYetInitialized = 94;

/** Whether the set has this member as its only one, made or changed where it has not. */
const ensureMember = async (client: mongo.MongoClient, host: string): Promise<void> => {
  const admin = client.db('admin');
  const members = [{ _id: 0, host }];
  try {
    const { config } = await admin.command({ replSetGetConfig: 1 });
    if (config.members.length === 1 && config.members[0].host === host) return;
    // The folder was used on another port before.
    await admin.command({ replSetReconfig: { ...config, members, version: config.version + 1 }, force: true });
  } catch (error) {
    if ((error as { code?: number }).code !== notYetInitialized) throw error;
    await admin.command({ replSetInitiate: { _id: set, members } });
  }
};

/** Rejects unless the server is primary; makes its replica set where there is none. */
export const askMongo = async (port: number, withinMs = 1_000): Promise<void> => {
  // Loaded when it is needed: most commands do without, and should answer at once.
  const { MongoClient } = (await import('mongoose')).default.mongo;
  const host = `127.0.0.1:${port}`;
  const client = new MongoClient(`mongodb://${host}/`, {
    serverSelectionTimeoutMS: withinMs,
    directConnection: true,
  });
  try {
    await client.connect();
    await ensureMember(client, host);
    const hello = await client.db('admin').command({ hello: 1 });
    if (!hello.isWritablePrimary) throw new Error('it is not primary yet');
  } finally {
    await client.close();
  }
};

/**
 * Starts MongoDB on 127.0.0.1 as a replica set of one, and resolves when that is primary. Journal and majority writes
 * are as MongoDB has them: on. `url` has no database yet.
 *
 * @throws StackFailed when it can't be fetched, or does not start
 */
export const startMongo = async (options: ServerOptions): Promise<Server> => {
  const { dir, logFile = join(dir, 'mongod.log'), report = () => {}, clock } = options;
  const file = await fetchMongo(report);
  const data = join(dir, 'data');
  await mkdir(data, { recursive: true });
  const before = Number(await readFile(join(dir, 'port'), 'utf8').catch(() => '')) || undefined;
  const port = await choosePort('MongoDB', options.port, before);
  await writeFile(join(dir, 'port'), String(port));
  const args = ['--dbpath', data, '--port', String(port), '--bind_ip', '127.0.0.1', '--replSet', set];
  const small = ['--wiredTigerCacheSizeGB', '0.25', '--oplogSize', '128', '--nounixsocket', '--quiet'];
  // Nobody reads the past: what was removed five minutes ago need not be passed by whenever an outbox is read.
  const present = ['--setParameter', 'minSnapshotHistoryWindowInSeconds=5'];
  const launched = await launch({
    ...options,
    name: 'MongoDB',
    file,
    args: [...args, ...small, ...present],
    cwd: dir,
    logFile,
  });
  const url = `mongodb://127.0.0.1:${port}/?replicaSet=${set}&directConnection=true`;
  await untilReady(launched, { probe: () => askMongo(port), withinMs: readyMs, clock });
  return { ...launched, port, url };
};
