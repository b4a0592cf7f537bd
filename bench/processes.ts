import { readdir, readFile } from 'node:fs/promises';

/** Ticks of the kernel's clock for CPU time a second; 100 on every Linux that Node runs on. */
const tickMs = 10;

/** A process, and the CPU time that it and those of its children that have ended took, in milliseconds. */
interface Reading {
  pid: number;
  parent: number;
  cpuMs: number;
}

/** Reads a line of /proc/<pid>/stat; the name in it may hold anything, so what counts comes after its last bracket. */
export const readStat = (line: string): Reading => {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0);
  return { pid: Number.parseInt(line, 10), parent: Number(fields[1]), cpuMs: ticks * tickMs };
};

const readAll = async (): Promise<Reading[]> => {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return lines.filter((line) => line !== '').map(readStat);
};

/** The CPU time of processes together with all that they have started, by name. */
export type CpuTimes = Record<string, number>;

/** Reads how much CPU time each tree of processes has taken; trees of one name are added up. */
export const readCpu = async (roots: readonly { name: string; pid: number }[]): Promise<CpuTimes> => {
  const all = await readAll();
  const children = Map.groupBy(all, ({ parent }) => parent);
  const byPid = new Map(all.map((reading) => [reading.pid, reading]));
  const treeOf = (pid: number): number =>
    (byPid.get(pid)?.cpuMs ?? 0) + (children.get(pid) ?? []).reduce((sum, child) => sum + treeOf(child.pid), 0);
  const times: CpuTimes = {};
  for (const { name, pid } of roots) times[name] = (times[name] ?? 0) + treeOf(pid);
  return times;
};
