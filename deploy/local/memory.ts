import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const parentOf = async (pid: string): Promise<string | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
};

/** In KiB; what processes share is divided among them. */
const shareOf = async (pid: string): Promise<number> => {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
};

const residentSize = async (pid: number): Promise<number> => {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return Number(stdout) || 0;
};

/** The memory of a process and its children, in MiB. */
export const memoryOf = async (pid: number): Promise<number> => {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  if (pids.length === 0) return Math.round((await residentSize(pid)) / 1024);
  const parents = await Promise.all(pids.map(parentOf));
  const family = pids.filter((other, index) => other === String(pid) || parents[index] === String(pid));
  const shares = await Promise.all(family.map(shareOf));
  return Math.round(shares.reduce((sum, share) => sum + share, 0) / 1024);
};
