import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

const make = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
};

/**
 * Makes a folder and its parents, as far as they are missing. Node's own `recursive` never returns below /proc, where
 * nothing can be made although everything is there.
 */
export const makeFolder = async (folder: string): Promise<void> => {
  try {
    await make(folder);
  } catch (error) {
    const parent = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === folder) throw error;
    await makeFolder(parent);
    await make(folder);
  }
};
