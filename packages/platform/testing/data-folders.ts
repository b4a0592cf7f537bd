import { chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach } from 'vitest';
import { isPostmasterOf } from '../postgres/server/processes.ts';
import { type LaunchOptions, launchServer, type Said, type ServerProcess } from './postgres-process.ts';

/** Where root's own folders are, closed to others, as its home is; an ordinary user has only the temporary ones. */
const ownPlace = process.getuid?.() === 0 ? homedir() : tmpdir();

export interface DataFolders {
  /** A data folder that doesn't exist yet, in a folder that belongs to `uid`. */
  newFolder(options?: { under?: string; uid?: number }): Promise<string>;
  /** Starts a process that holds a server on a data folder. */
  launch(dataDir: string, options?: LaunchOptions): ServerProcess;
  /** Removes this folder too, after the tests. */
  alsoRemove(dir: string): void;
}

/** The id of the postmaster that runs on a data folder, if one does. */
export const postmasterIn = async (dataDir: string): Promise<number | undefined> => {
  const data = join(dataDir, 'postgres', 'data');
  const pid = Number.parseInt(await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => ''), 10);
  return Number.isNaN(pid) || !(await isPostmasterOf(pid, data)) ? undefined : pid;
};

/** Asks a server on a connection of its own. */
export const query = async <Row>({ connection }: Pick<Said, 'connection'>, text: string): Promise<Row[]> => {
  const client = new pg.Client({ ...connection, database: 'postgres', connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    client.end().catch(() => {});
  }
};

/** Data folders and server processes for the tests of a file; processes end with each test, folders with the file. */
export const dataFolders = (): DataFolders => {
  const folders: string[] = [];
  const processes: ServerProcess[] = [];
  afterEach(async () => {
    await Promise.all(processes.splice(0).map(({ child, stop }) => (child.exitCode === null ? stop() : undefined)));
  });
  afterAll(async () => {
    for (const dir of folders) {
      const pid = await postmasterIn(join(dir, 'data'));
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      await rm(dir, { recursive: true, force: true });
    }
  });
  return {
    async newFolder({ under = ownPlace, uid } = {}) {
      const dir = await mkdtemp(join(under, '.shop-test-'));
      if (uid !== undefined) await chown(dir, uid, uid);
      folders.push(dir);
      return join(dir, 'data');
    },
    launch(dataDir, options) {
      const launched = launchServer(dataDir, options);
      processes.push(launched);
      return launched;
    },
    alsoRemove: (dir) => {
      folders.push(dir);
    },
  };
};
