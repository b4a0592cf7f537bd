import { columns } from '@shop/platform/text/columns.ts';
import type { StackStatus } from './status.ts';

const uptime = (seconds: number): string => {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
};

/** Numbers stand to the right. */
const isNumberIn =
  (rows: readonly string[][]) =>
  (at: number): boolean =>
    rows.every((row) => /^\d+( MB)?$/.test(row[at] ?? ''));

const summaryOf = ({ url, processes, well }: StackStatus, memoryMb: number): string => {
  if (well) return `All ${processes.length} processes work, in ${memoryMb} MB: ${url}`;
  if (!url) return 'The shop never opened; npm run stack ends what is left of that start, and starts anew.';
  if (processes.some(({ health }) => health === 'dead'))
    return 'Some are dead: their logs end with the reason; npm run stack ends the rest, and starts anew on the same data.';
  return 'Not all work: their logs say why; npm run stack:restart -- <service> restarts one.';
};

/** The status for a terminal; log files relative to `from`. */
export const statusTable = (status: StackStatus, shorten: (path: string) => string): string => {
  const { processes } = status;
  const rows = processes.map((one) => [
    one.name,
    String(one.pid),
    String(one.port),
    one.health,
    uptime(one.uptimeSeconds),
    `${one.memoryMb} MB`,
    shorten(one.logFile),
  ]);
  const head = ['process', 'pid', 'port', 'health', 'uptime', 'memory', 'log'];
  const total = processes.reduce((sum, { memoryMb }) => sum + memoryMb, 0);
  return `${columns([head, ...rows], isNumberIn(rows))}\n\n${summaryOf(status, total)}`;
};
