import { columns as aligned } from '@shop/platform/text/columns.ts';
import type { Machine, Result, Row, ScenarioName } from './result.ts';

const titles: Record<ScenarioName, string> = {
  floor: 'The floor: the least durable work of a checkout, straight to the drivers',
  checkout: 'Checkout alone',
  flash: 'Flash sale: one SKU, many buyers at once',
  journey: 'Whole journey: guest, two items, voucher, checkout',
  reads: 'Catalogue and cart reads',
  embedded: 'Checkout alone, embedded form',
};

/** Three digits that count. */
export const short = (value: number): string => {
  if (value === 0) return '0';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
};

export const percent = (share: number | undefined): string =>
  share === undefined ? '' : `${(share * 100).toFixed(0)} %`;

/** The first column to the left, all others to the right. */
export const columns = (rows: readonly (readonly string[])[]): string => aligned(rows, (at) => at > 0);

const head = ['clients', 'a second', 'p50 ms', 'p95', 'p99', 'p99.9', 'errors', 'of floor', 'without load'];

const paceRow = (row: Row): string[] => [
  String(row.clients),
  short(row.perSecond),
  ...[row.p50, row.p95, row.p99, row.p999].map(short),
  String(row.errors),
  percent(row.share),
  percent(row.shareWithoutLoad),
];

/** Names across, clients down; names that are nothing anywhere are left out. */
const matrix = (title: string, rows: readonly Row[], of: (row: Row) => Record<string, number>): string => {
  const all = [...new Set(rows.flatMap((row) => Object.keys(of(row))))];
  const names = all.filter((name) => rows.some((row) => (of(row)[name] ?? 0) >= 0.005));
  if (names.length === 0) return '';
  const body = rows.map((row) => [String(row.clients), ...names.map((name) => short(of(row)[name] ?? 0))]);
  return `\n${title}\n${columns([['clients', ...names], ...body])}\n`;
};

const withSum = (cpu: Record<string, number>): Record<string, number> => ({
  ...cpu,
  'all but load': Object.entries(cpu).reduce((sum, [name, ms]) => (name === 'load' ? sum : sum + ms), 0),
});

const sectionOf = (scenario: ScenarioName, rows: readonly Row[]): string => {
  const told = rows.flatMap(({ clients, told }) =>
    Object.entries(told).map(([what, times]) => `  ${clients} clients, ${times} times: ${what}\n`),
  );
  return [
    `\n${titles[scenario]}\n${columns([head, ...rows.map(paceRow)])}\n`,
    matrix('  CPU ms for one', rows, ({ cpu }) => withSum(cpu)),
    matrix('  durable for one', rows, ({ durable }) => durable),
    matrix('  counted', rows, ({ counts = {} }) => counts),
    told.join(''),
  ].join('');
};

/** Where it was measured. */
export const machineLine = ({ cpu, cores, memoryGb, system, node }: Machine): string =>
  `${cpu}, ${cores} cores, ${memoryGb} GB; ${system}, Node ${node}\n`;

/** The result for a terminal. */
export const tableOf = ({ machine, rows }: Result): string => {
  const scenarios = [...new Set(rows.map(({ scenario }) => scenario))];
  const sections = scenarios.map((scenario) =>
    sectionOf(
      scenario,
      rows.filter((row) => row.scenario === scenario),
    ),
  );
  return machineLine(machine) + sections.join('');
};
