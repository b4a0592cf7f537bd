import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chown, cp, lchown, mkdir, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from '../../telemetry/logger.ts';
import type { Binaries } from './binaries.ts';

/**
 * Under which account PostgreSQL runs. It refuses to run as root, while containers and servers often have nothing but
 * root; so there it gets another user, and its files are kept where that user reaches them.
 */
export interface Account {
  /** The folder that the cluster's folder is made in. */
  home: string;
  /** The user that owns the cluster's files, as this process sees it; undefined: this process's own. */
  owner: { uid: number; gid: number } | undefined;
  /** How to run one of PostgreSQL's programs. */
  command(program: 'initdb' | 'postgres', args: readonly string[]): Command;
}

export interface Command {
  file: string;
  args: string[];
  uid?: number;
  gid?: number;
}

const execute = promisify(execFile);

/** Another user in the eyes of PostgreSQL, root in those of the file system; the process id stays PostgreSQL's own. */
const otherUser = ['--user', '--map-user=1000', '--map-group=1000'];

const userNamespacesWork = async (native: string): Promise<boolean> => {
  if (process.platform !== 'linux') return false;
  try {
    await execute('unshare', [...otherUser, join(native, 'bin', 'initdb'), '--version']);
    return true;
  } catch {
    return false;
  }
};

const unprivileged = async (): Promise<{ uid: number; gid: number }> => {
  const users = await readFile('/etc/passwd', 'utf8');
  const [, , uid, gid] = users.match(/^nobody:.*$/m)?.[0].split(':') ?? [];
  // macOS writes nobody as -2: the same 32 bits without a sign.
  return { uid: Number(uid ?? 65_534) >>> 0, gid: Number(gid ?? 65_534) >>> 0 };
};

/** Whether a user who owns nothing there may pass through all folders down to `dir`. */
const openToAll = async (dir: string): Promise<boolean> => {
  for (let folder = await realpath(dir); ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
};

const systemFolder = '/var/lib/ecommerce-microservices';

/** A folder of root's own, so that nobody can put other programs there. */
const copyBinaries = async ({ native, version }: Binaries): Promise<string> => {
  const target = join(systemFolder, `postgres-${version}`);
  if (await stat(target).catch(() => undefined)) return target;
  const draft = `${target}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  // Whoever started at the same moment may have been first, with the same files.
  await rename(draft, target).catch(() => rm(draft, { recursive: true, force: true }));
  return target;
};

const elsewhere = async (dataDir: string): Promise<string> =>
  join(
    systemFolder,
    `data-${createHash('sha256')
      .update(await realpath(dataDir))
      .digest('hex')
      .slice(0, 16)}`,
  );

const asNobody = async (dataDir: string, binaries: Binaries, logger: Logger): Promise<Account> => {
  const owner = await unprivileged();
  await mkdir(systemFolder, { recursive: true, mode: 0o755 });
  const native = await copyBinaries(binaries);
  let home = dataDir;
  if (!(await openToAll(dataDir))) {
    home = await elsewhere(dataDir);
    await mkdir(home, { recursive: true, mode: 0o755 });
  }
  logger.warn(
    { home, uid: owner.uid },
    `this machine allows root no user namespaces: PostgreSQL runs as nobody, its data is in ${home}`,
  );
  return {
    home,
    owner,
    command: (program, args) => ({ file: join(native, 'bin', program), args: [...args], ...owner }),
  };
};

/** Chooses the account that PostgreSQL runs under on this machine. */
export const chooseAccount = async (dataDir: string, binaries: Binaries, logger: Logger): Promise<Account> => {
  const program = (name: string): string => join(binaries.native, 'bin', name);
  if (process.getuid?.() !== 0) {
    return { home: dataDir, owner: undefined, command: (name, args) => ({ file: program(name), args: [...args] }) };
  }
  if (!(await userNamespacesWork(binaries.native))) return asNobody(dataDir, binaries, logger);
  return {
    home: dataDir,
    owner: { uid: 0, gid: 0 },
    command: (name, args) => ({ file: 'unshare', args: [...otherUser, program(name), ...args] }),
  };
};

/** Gives `path`, and all in it, to the account, where it belongs to another. */
export const giveTo = async ({ owner }: Account, path: string): Promise<void> => {
  if (!owner || (await stat(path)).uid === owner.uid) return;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  for (const entry of entries) await lchown(join(entry.parentPath, entry.name), owner.uid, owner.gid);
  // The folder itself last: as long as it belongs to another, an interrupted change is begun again.
  await chown(path, owner.uid, owner.gid);
};
