import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Claim, claimFolder } from '@shop/platform/postgres/server/claim.ts';
import { ShopAlreadyRunning } from '@shop/platform/postgres/server/errors.ts';
import { makeFolder } from '@shop/platform/postgres/server/folder.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import { StackFailed } from './errors.ts';
import type { Report } from './options.ts';

/** Where what was fetched stays, so that a fresh clone doesn't fetch it again. */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ecommerce-microservices');

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Whoever has waited for so long waits for something that hangs. */
const longestMs = 20 * 60_000;

/** The right to fill one entry; waits while another live process has it. */
const claim = async (folder: string, what: string, report: Report): Promise<Claim> => {
  const deadline = systemClock.now().getTime() + longestMs;
  let told = false;
  for (;;) {
    try {
      return await claimFolder(folder);
    } catch (error) {
      if (!(error instanceof ShopAlreadyRunning)) throw error;
    }
    if (!told) report(`${what}: another process is fetching it already, waiting for that`);
    told = true;
    if (systemClock.now().getTime() > deadline)
      throw new StackFailed(`Another process has been fetching ${what} for too long; end it, or empty ${folder}.`);
    await systemClock.sleep(200);
  }
};

export interface CacheEntry {
  /** The entry's folder in the cache, with the version: `kafka-4.2.0`. */
  name: string;
  /** What people call it. */
  what: string;
  /** Fills an empty folder on the same disk; what it leaves there is kept only when it resolves. */
  fill: (draft: string) => Promise<void>;
  report: Report;
  /** The cache; the user's own unless given. */
  folder?: string;
}

/**
 * The folder of one entry, filled when there is none. It appears under its name only when it is whole, so an interrupted
 * download never counts; of two processes that want it one fetches and the other waits.
 */
export const cached = async ({ name, what, fill, report, folder = cacheFolder() }: CacheEntry): Promise<string> => {
  const place = join(folder, name);
  if (await exists(place)) return place;
  const work = join(folder, `.${name}.work`);
  try {
    await makeFolder(work);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StackFailed(`The folder ${folder} can't be written (${code}); set XDG_CACHE_HOME to one that can.`);
  }
  const mine = await claim(work, what, report);
  const draft = join(work, 'draft');
  try {
    // Whoever had the claim before may have finished.
    if (await exists(place)) return place;
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft);
    await fill(draft);
    await rename(draft, place);
    return place;
  } finally {
    await rm(draft, { recursive: true, force: true });
    await mine.release();
  }
};
