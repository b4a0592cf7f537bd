import { execFile } from 'node:child_process';
import { readFile, readlink, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * Who a process id belongs to. Ids are used again by the system, so nothing here is signalled or believed to be alive
 * by its id alone.
 */
const execute = promisify(execFile);

/** Whether any process has this id, ours or not. */
export const processExists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const ps = async (pid: number, column: string): Promise<string | undefined> => {
  try {
    // A fixed locale and zone: the text is compared with what another process read.
    const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
    const { stdout } = await execute('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)], { env });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
};

const readProc = async (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

/** When the process started: together with its id, this names one process for good. Undefined when there is none. */
export const startOf = async (pid: number): Promise<string | undefined> => {
  if (process.platform !== 'linux') return ps(pid, 'lstart');
  const stat = await readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name in parentheses may hold anything, so count from its end; a zombie is no longer alive.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z') return undefined;
  const boot = await readProc('/proc/sys/kernel/random/boot_id');
  return `${boot?.trim() ?? ''}:${fields[19]}`;
};

/** Whether the process is a postmaster (not one of its children) on the cluster in `data`. */
export const isPostmasterOf = async (pid: number, data: string): Promise<boolean> => {
  if (process.platform !== 'linux') {
    const command = await ps(pid, 'command');
    return command !== undefined && /\bpostgres\b.* -D /.test(command) && command.includes(data);
  }
  // A zombie has an empty command line; a child of the postmaster writes what it does there, "postgres: …".
  const [program, ...args] = (await readProc(`/proc/${pid}/cmdline`))?.split('\0') ?? [];
  if (!program?.endsWith('postgres') || !args.includes('-D')) return false;
  // A postmaster works in its data folder, also after the folder was moved.
  const workingDir = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  const folder = await realpath(data).catch(() => data);
  return workingDir === undefined ? args.includes(data) : workingDir === folder;
};
