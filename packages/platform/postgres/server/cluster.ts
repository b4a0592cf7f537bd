import { execFile } from 'node:child_process';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Ids } from '../../time/ids.ts';
import { type Account, giveTo } from './account.ts';
import { PostgresFailed } from './errors.ts';
import { processExists } from './processes.ts';

/** PostgreSQL's data and the password to it. */
export interface Cluster {
  data: string;
  password: string;
}

export const superuser = 'shop';

const execute = promisify(execFile);

const runInitdb = async (account: Account, data: string, passwordFile: string): Promise<void> => {
  const { file, args, uid, gid } = account.command('initdb', [
    '-D',
    data,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C', // what the C library still decides; the one locale that every machine has
    '--no-instructions',
  ]);
  try {
    await execute(file, args, { uid, gid, cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C' } });
  } catch (error) {
    throw new PostgresFailed(`initdb failed in ${data}`, String((error as { stderr?: unknown }).stderr ?? error));
  }
};

const syncFolder = async (dir: string): Promise<void> => {
  const folder = await open(dir);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

const draftName = /^postgres\.new-(\d+)$/;

/** Drafts of starts that were killed halfway. */
const removeAbandoned = async (home: string): Promise<void> => {
  for (const name of await readdir(home)) {
    const pid = Number(draftName.exec(name)?.[1] ?? Number.NaN);
    const abandoned = !Number.isNaN(pid) && (pid === process.pid || !processExists(pid));
    if (abandoned) await rm(join(home, name), { recursive: true, force: true });
  }
};

/**
 * Makes the cluster where there is none. It is made under another name and renamed when it is whole, so a start that is
 * killed halfway leaves nothing that looks like a cluster.
 */
const makeCluster = async (account: Account, place: string, ids: Ids): Promise<void> => {
  await removeAbandoned(account.home);
  const draft = join(account.home, `postgres.new-${process.pid}`);
  await mkdir(draft, { mode: 0o700 });
  const passwordFile = join(draft, 'password');
  await writeFile(passwordFile, ids.secret(24), { mode: 0o600, flush: true });
  await giveTo(account, draft);
  await runInitdb(account, join(draft, 'data'), passwordFile);
  await syncFolder(draft);
  await rename(draft, place);
  await syncFolder(account.home);
};

/** Opens the cluster in the account's home, after making it where there is none. */
export const openCluster = async (account: Account, ids: Ids): Promise<Cluster> => {
  const place = join(account.home, 'postgres');
  const found = await stat(place).catch(() => undefined);
  if (!found) await makeCluster(account, place, ids);
  const passwordFile = join(place, 'password');
  const password = await readFile(passwordFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new PostgresFailed(`The password to the data in ${place} is missing; put ${passwordFile} back`, '');
  });
  return { data: join(place, 'data'), password };
};

/** Lets the account use a cluster that was made under another one; only while no PostgreSQL runs on it. */
export const adoptCluster = (account: Account): Promise<void> => giveTo(account, join(account.home, 'postgres'));
