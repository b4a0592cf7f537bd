import type { Machine } from '../result.ts';
import { columns, machineLine, short } from '../table.ts';
import type { Soak } from './soak.ts';
import type { Trend } from './trend.ts';

const slope = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(2)}`;

const cellsOf = (trend: Trend | undefined): string[] =>
  trend ? [trend.start.toFixed(0), trend.end.toFixed(0), slope(trend.slope)] : ['', '', ''];

const head = ['MB', 'start', 'end', 'a minute', 'heap: start', 'end', 'a minute'];

/** What came of it, for a terminal. */
export const soakTable = ({ machine, soak }: { machine: Machine; soak: Soak }): string => {
  const { minutes, warmUp, orders, told, processes } = soak;
  const rows = processes.map(({ name, memory, heap }) => [name, ...cellsOf(memory), ...cellsOf(heap)]);
  const errors = Object.entries(told).map(([what, times]) => `  ${times} times: ${what}\n`);
  return [
    machineLine(machine),
    `\n${orders} orders in ${minutes} minutes, ${short(orders / (minutes * 60))} a second; start: after ${short(warmUp)} minutes, `,
    `a minute: over the second half\n${columns([head, ...rows])}\n`,
    ...errors,
  ].join('');
};
