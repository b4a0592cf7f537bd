import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One metric as it is documented or served. */
export interface Metric {
  name: string;
  type: string;
  /** Sorted, without those that every series has. */
  labels: string[];
}

export interface Series {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** `service` is on every series; `le` belongs to histograms. */
const everywhere = new Set(['service', 'le']);

/** The metrics of the tables in docs/metrics.md; of one form alone, or of both. */
export const documentedMetrics = ({ form }: { form?: 'embedded' | 'distributed' } = {}): Metric[] => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8')
    .split(/^(?=## )/m)
    .filter((section) => form === undefined || (/^## .*\((\w+) form\)$/m.exec(section)?.[1] ?? form) === form)
    .join('');
  const rows = text.matchAll(/^\| `(?<name>\w+)` \| (?<type>\w+) \| (?<labels>[^|]*) \|/gm);
  return [...rows].map(({ groups: { name = '', type = '', labels = '' } = {} }) => ({
    name,
    type,
    labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label as string).sort(),
  }));
};

const labelsOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]));

/** What a scrape says, in the Prometheus text format. */
export const readMetrics = (text: string): { metrics: Metric[]; series: Series[] } => {
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({ name, type }));
  const series = [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name,
    labels: labelsOf(labels),
    value: Number(value),
  }));
  const metrics = types.map(({ name, type }) => {
    const own = type === 'histogram' ? `${name}_count` : name;
    const seen = series.filter((one) => one.name === own).flatMap(({ labels }) => Object.keys(labels));
    return { name, type, labels: [...new Set(seen)].filter((label) => !everywhere.has(label)).sort() };
  });
  return { metrics, series };
};
