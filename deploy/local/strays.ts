import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { startOf } from '@shop/platform/postgres/server/processes.ts';
import type { ProcessId } from './servers/process.ts';
import type { PartName } from './state.ts';

/** The environment variable by which processes of a stack are told; its value is the stack's folder. */
export const mark = 'ECOMMERCE_STACK';

/** Those that write their title over their environment; they work in a folder of the stack's instead. */
const titled: Record<string, PartName> = { nginx: 'edge', 'redis-server': 'redis' };

export interface Marked extends ProcessId {
  /** Where it can be told. */
  name?: PartName;
}

interface Found {
  pid: string;
  parent: string;
  name?: PartName;
}

/** What /proc says of a process, if it belongs to the stack in `dir`. */
const look = async (pid: string, dir: string): Promise<Found | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [start, end] = [stat.indexOf('('), stat.lastIndexOf(')')];
  const parent = stat.slice(end + 2).split(' ')[1] ?? '';
  const name = titled[stat.slice(start + 1, end)];
  if (name) {
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    return folder === join(dir, name) ? { pid, parent, name } : undefined;
  }
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return environment.split('\0').includes(`${mark}=${dir}`) ? { pid, parent } : undefined;
};

/**
 * The processes that carry the mark of this folder, without their children: also those that a start, killed at that
 * very moment, could not write down. Linux alone shows it; elsewhere none are found.
 */
export const findMarked = async (dir: string): Promise<Marked[]> => {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const looks = await Promise.all(pids.map((pid) => look(pid, dir)));
  const found = looks.filter((one) => one !== undefined);
  const marked = new Set(found.map(({ pid }) => pid));
  const whole = found
    .filter(({ parent }) => !marked.has(parent))
    .map(async ({ pid, name }) => ({ pid: Number(pid), started: (await startOf(Number(pid))) ?? '', name }));
  return (await Promise.all(whole)).filter(({ started }) => started !== '');
};
