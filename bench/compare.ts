import type { Result, Row } from './result.ts';
import { columns, short } from './table.ts';

const change = (before: number, now: number): string => {
  if (before === 0) return now === 0 ? '0 %' : 'new';
  const percent = (now / before - 1) * 100;
  return `${percent > 0 ? '+' : ''}${percent.toFixed(0)} %`;
};

const cpuOf = ({ cpu }: Row): number =>
  Object.entries(cpu).reduce((sum, [name, ms]) => (name === 'load' ? sum : sum + ms), 0);

/** What has changed since an earlier result, for a terminal; rows that only one of them has are left out. */
export const comparison = (before: Result, now: Result): string => {
  const head = ['scenario', 'clients', 'before', 'now', '', 'p99 before', 'now', '', 'CPU before', 'now', ''];
  const pair = (a: number, b: number) => [short(a), short(b), change(a, b)];
  const rows = now.rows.flatMap((row) => {
    const old = before.rows.find(({ scenario, clients }) => scenario === row.scenario && clients === row.clients);
    if (!old) return [];
    const figures = [...pair(old.perSecond, row.perSecond), ...pair(old.p99, row.p99), ...pair(cpuOf(old), cpuOf(row))];
    return [[row.scenario, String(row.clients), ...figures]];
  });
  if (rows.length === 0) return `Nothing in common with the result of ${before.at}.\n`;
  return `Since ${before.at}: a second, p99 ms, CPU ms for one without the load's\n${columns([head, ...rows])}\n`;
};
