/** The smallest value that at least `share` (0 to 1) of `sorted` don't exceed; 0 of nothing. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;

/** The middle one; of an even number the mean of the two in the middle; 0 of nothing. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
};

/** The medians, key by key, of records that have the same keys; a key that one has not counts as 0 there. */
export const medians = <Key extends string>(records: readonly Partial<Record<Key, number>>[]): Record<Key, number> => {
  const keys = new Set(records.flatMap((record) => Object.keys(record) as Key[]));
  return Object.fromEntries([...keys].map((key) => [key, median(records.map((record) => record[key] ?? 0))])) as Record<
    Key,
    number
  >;
};

/** What came of one round. */
export interface Round {
  /** From the first request to the last answer. */
  ms: number;
  /** Of each piece of work that succeeded, in milliseconds. */
  latencies: readonly number[];
  /** How often work failed, by what was said. */
  errors: Readonly<Record<string, number>>;
}

export interface Pace {
  perSecond: number;
  p50: number;
  p95: number;
  p99: number;
  p999: number;
}

/** What succeeded a second, and how long it took, in milliseconds. */
export const paceOf = ({ ms, latencies }: Round): Pace => {
  const sorted = latencies.toSorted((a, b) => a - b);
  return {
    perSecond: ms > 0 ? (sorted.length * 1000) / ms : 0,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    p999: percentile(sorted, 0.999),
  };
};
