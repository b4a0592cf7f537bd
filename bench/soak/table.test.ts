import { expect, it } from 'vitest';
import { result } from '../testing.ts';
import { soakTable } from './table.ts';

it('When a soak is shown, then each process has its start, end and slope, services those of their heap too', () => {
  const trend = (start: number, end: number, slope: number) => ({ start, end, slope });
  const text = soakTable({
    machine: result().machine,
    soak: {
      ...{ minutes: 20, perSecond: 30, warmUp: 3, orders: 36_000, told: { 'UNAVAILABLE: The shop is full.': 2 } },
      processes: [
        { name: 'kafka', memory: trend(400, 390, -0.5), samples: [] },
        { name: 'order', memory: trend(150.2, 160.7, 0.614), heap: trend(60, 61, 0.001), samples: [] },
      ],
    },
  });
  expect(text).toContain('36000 orders in 20 minutes, 30.0 a second; start: after 3.00 minutes');
  expect(text).toMatch(/^kafka +400 +390 +-0\.50$/m);
  expect(text).toMatch(/^order +150 +161 +\+0\.61 +60 +61 +\+0\.00$/m);
  expect(text).toContain('2 times: UNAVAILABLE: The shop is full.');
});
