import { readdir, readFile } from 'node:fs/promises';
import { startOf } from '@shop/platform/postgres/server/processes.ts';
import type { ProcessId } from '../../deploy/local/servers/process.ts';

/** The children of a process, as /proc tells them; none elsewhere than on Linux. */
export const childrenOf = async (parent: number): Promise<ProcessId[]> => {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent ? Number(pid) : undefined;
    }),
  );
  const children = found
    .filter((pid) => pid !== undefined)
    .map(async (pid) => ({ pid, started: (await startOf(pid)) ?? '' }));
  return (await Promise.all(children)).filter(({ started }) => started !== '');
};
