import type { StackStatus } from './status.ts';

const uptime = (seconds: number): string => {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
};

/** Columns as wide as what is in them; numbers stand to the right. */
const columns = (rows: readonly string[][]): string => {
  const widths = (rows[0] ?? []).map((_cell, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const isNumber = (at: number) => rows.slice(1).every((row) => /^\d+( MB)?$/.test(row[at] ?? ''));
  const pad = (cell: string, at: number) =>
    isNumber(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
};

/** The status for a terminal; log files relative to `from`. */
export const statusTable = ({ url, processes, well }: StackStatus, shorten: (path: string) => string): string => {
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
  const summary = well
    ? `All ${processes.length} processes work, in ${total} MB: ${url}`
    : `Not everything works${url ? '' : ', and the shop never opened'}; npm run stack starts it anew.`;
  return `${columns([head, ...rows])}\n\n${summary}`;
};
