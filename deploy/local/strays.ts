import { readdir, readFile } from 'node:fs/promises';
import { startOf } from '@shop/platform/postgres/server/processes.ts';
import type { ProcessId } from './servers/process.ts';

/** The environment variable by which processes of a stack are told; its value is the stack's folder. */
export const mark = 'ECOMMERCE_STACK';

const isMarked = async (pid: string, dir: string): Promise<boolean> => {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return environment.split('\0').includes(`${mark}=${dir}`);
};

const parentOf = async (pid: string): Promise<string | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
};

/**
 * The processes that carry the mark of this folder, without their children: also those that a start, killed at that
 * very moment, could not write down. Linux alone shows it; elsewhere none are found.
 */
export const findMarked = async (dir: string): Promise<ProcessId[]> => {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const marked = new Set<string>();
  for (const pid of pids) if (await isMarked(pid, dir)) marked.add(pid);
  const found: ProcessId[] = [];
  for (const pid of marked) {
    const started = await startOf(Number(pid));
    if (started !== undefined && !marked.has((await parentOf(pid)) ?? '')) found.push({ pid: Number(pid), started });
  }
  return found;
};
