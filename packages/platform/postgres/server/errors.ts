/** Another live shop uses the data folder: two on one folder would ruin it. */
export class ShopAlreadyRunning extends Error {
  readonly code = 'SHOP_ALREADY_RUNNING';

  constructor(dataDir: string, owner?: number) {
    const who = owner === undefined ? '' : ` (process ${owner})`;
    super(`A shop is already running on the data folder ${dataDir}${who}; stop it first, or choose another DATA_DIR.`);
    this.name = 'ShopAlreadyRunning';
  }
}

/** The data folder can't be made or written. */
export class DataFolderUnwritable extends Error {
  readonly code = 'DATA_FOLDER_UNWRITABLE';

  constructor(dataDir: string, cause: unknown) {
    const why = (cause as NodeJS.ErrnoException)?.code ?? String(cause);
    super(`The data folder ${dataDir} can't be written (${why}); change its owner, or choose another DATA_DIR.`, {
      cause,
    });
    this.name = 'DataFolderUnwritable';
  }
}

/** PostgreSQL's own programs failed; the message ends with the last of what they said. */
export class PostgresFailed extends Error {
  readonly code = 'POSTGRES_FAILED';

  constructor(what: string, said: string) {
    super(`${what}${said.trim() === '' ? '' : `:\n${said.trim()}`}`);
    this.name = 'PostgresFailed';
  }
}

const folderCodes = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC', 'EDQUOT', 'ENOENT']);

/** Runs work on the data folder; what the file system refuses is told as `DataFolderUnwritable`. */
export const onFolder = async <T>(dataDir: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (folderCodes.has((error as NodeJS.ErrnoException)?.code ?? '')) throw new DataFolderUnwritable(dataDir, error);
    throw error;
  }
};
