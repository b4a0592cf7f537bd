import { readdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ShopAlreadyRunning } from './errors.ts';
import { startOf } from './processes.ts';

/** One live process's right to a data folder. */
export interface Claim {
  release(): Promise<void>;
}

interface Owner {
  pid: number;
  started: string;
}

const prefix = 'shop.claim.';
const released = 'released';
const attempts = 100;

const path = (dataDir: string, number: number): string => join(dataDir, `${prefix}${number}`);

/** The numbers of all claims, highest first. */
const numbersIn = async (dataDir: string): Promise<number[]> =>
  (await readdir(dataDir))
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => b - a);

const parse = (text: string): Owner | undefined => {
  const [pid, ...started] = text.split(' ');
  return /^\d+$/.test(pid ?? '') ? { pid: Number(pid), started: started.join(' ') } : undefined;
};

/** The live process that a claim names; undefined when it was released or its process has ended. */
const liveOwner = async (dataDir: string, number: number): Promise<Owner | undefined> => {
  const owner = parse(await readlink(path(dataDir, number)).catch(() => released));
  return owner && (await startOf(owner.pid)) === owner.started ? owner : undefined;
};

/** Writes claim `number`; false when somebody was first. */
const write = async (dataDir: string, number: number, text: string): Promise<boolean> => {
  try {
    // A symbolic link that points nowhere: its name and its text appear in one step, and only once.
    await symlink(text, path(dataDir, number));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

const forgetBelow = async (dataDir: string, number: number): Promise<void> => {
  const old = (await numbersIn(dataDir)).filter((other) => other < number);
  await Promise.all(old.map((other) => rm(path(dataDir, other), { force: true })));
};

/**
 * Claims a data folder for this process, until it releases it or ends, however it ends. This decides between two that
 * start at the same moment, and it holds while PostgreSQL is down or being restarted.
 *
 * Claims are numbered and only the highest counts. To claim is to write the next number, which one process alone can
 * do; a release is a number too. So numbers never fall, and a process that looked at the folder long ago can't win
 * with a number that has become free again.
 *
 * @throws ShopAlreadyRunning when a live process holds the folder.
 */
export const claimFolder = async (dataDir: string): Promise<Claim> => {
  const me = `${process.pid} ${await startOf(process.pid)}`;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const [highest = 0] = await numbersIn(dataDir);
    const owner = await liveOwner(dataDir, highest);
    if (owner) throw new ShopAlreadyRunning(dataDir, owner.pid);
    const mine = highest + 1;
    if (!(await write(dataDir, mine, me))) continue;
    if ((await numbersIn(dataDir))[0] !== mine) {
      // Others went on while we were looking: our number is history.
      await rm(path(dataDir, mine), { force: true });
      continue;
    }
    await forgetBelow(dataDir, mine);
    return {
      async release() {
        if (await write(dataDir, mine + 1, released)) await forgetBelow(dataDir, mine + 1);
      },
    };
  }
  throw new ShopAlreadyRunning(dataDir);
};
