import type { Result, Row } from './result.ts';

/** A row as a measurement may leave it. */
export const row = (more: Partial<Row> = {}): Row => ({
  scenario: 'checkout',
  clients: 32,
  rounds: 3,
  work: 500,
  perSecond: 123.4,
  p50: 250,
  p95: 400,
  p99: 512.3,
  p999: 600,
  errors: 0,
  told: {},
  cpu: { order: 2.5, cart: 1.25, load: 1 },
  durable: { 'MongoDB writes': 2 },
  ...more,
});

export const result = (...rows: Row[]): Result => ({
  at: '2026-02-03T04:05:06.789Z',
  machine: { cpu: 'A CPU', cores: 2, memoryGb: 24, system: 'Linux 6', node: '24.0.0' },
  rows,
});
