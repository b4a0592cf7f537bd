import { mkdir, realpath } from 'node:fs/promises';
import { type Claim, claimFolder } from '@shop/platform/postgres/server/claim.ts';
import { ShopAlreadyRunning } from '@shop/platform/postgres/server/errors.ts';
import { makeFolder } from '@shop/platform/postgres/server/folder.ts';
import { StackFailed } from './servers/errors.ts';

/** The whole path of a stack's folder, made when absent. */
export const openFolder = async (dir: string): Promise<string> => {
  try {
    await makeFolder(dir);
    await mkdir(`${dir}/logs`, { recursive: true });
    return await realpath(dir);
  } catch (error) {
    throw new StackFailed(`The folder ${dir} can't be made or written (${(error as NodeJS.ErrnoException).code}).`);
  }
};

/**
 * Runs `work` while no other command changes the stack in `dir`.
 * @throws StackFailed when one does
 */
export const alone = async <T>(dir: string, work: () => Promise<T>): Promise<T> => {
  const claim: Claim = await claimFolder(dir).catch((error: Error) => {
    if (!(error instanceof ShopAlreadyRunning)) throw error;
    const who = /\(process \d+\)/.exec(error.message)?.[0] ?? '';
    throw new StackFailed(`Another command is at work on the stack in ${dir} ${who}; wait for it, or end it.`);
  });
  try {
    return await work();
  } finally {
    await claim.release();
  }
};
