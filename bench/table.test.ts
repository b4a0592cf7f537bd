import { describe, expect, it } from 'vitest';
import { comparison } from './compare.ts';
import { columns, short, tableOf } from './table.ts';
import { result, row } from './testing.ts';

describe('The table of a result', () => {
  it('When numbers are shown, then they have the digits that count', () => {
    expect([0, 0.1234, 1.234, 12.34, 123.4, 1234].map(short)).toEqual(['0', '0.12', '1.23', '12.3', '123', '1234']);
  });

  it('When cells differ in length, then names stand to the left and figures to the right', () => {
    expect(
      columns([
        ['clients', 'p50'],
        ['1', '1234'],
      ]),
    ).toBe('clients   p50\n1        1234');
  });

  it('When a result is shown, then rates, shares of the floor, CPU and what reached the disks are in it', () => {
    const text = tableOf(result(row({ scenario: 'floor', cpu: {} }), row({ share: 0.614, shareWithoutLoad: 0.7 })));
    expect(text).toContain('A CPU, 2 cores, 24 GB; Linux 6, Node 24.0.0');
    expect(text).toMatch(/The floor.*\n.*\n32 +123 +250 +400 +512 +600 +0\n/);
    expect(text).toMatch(/Checkout alone\n.*\n32 +123 +250 +400 +512 +600 +0 +61 % +70 %\n/);
    // The load's own CPU is shown, and told apart from the shop's.
    expect(text).toMatch(/clients +order +cart +load +all but load\n32 +2\.50 +1\.25 +1\.00 +3\.75\n/);
    expect(text).toMatch(/clients +MongoDB writes\n32 +2\.00\n/);
  });

  it('When work failed, then what was said is told with its number', () => {
    const text = tableOf(result(row({ errors: 3, told: { 'UNAVAILABLE: The shop is full.': 3 } })));
    expect(text).toContain('32 clients, 3 times: UNAVAILABLE: The shop is full.');
  });
});

describe('The comparison with an earlier result', () => {
  it('When both have a row, then the change of its rate, its p99 and its CPU is shown', () => {
    const before = result(row({ perSecond: 100, p99: 1000, cpu: { order: 10, load: 1 } }), row({ clients: 1 }));
    const now = result(row({ perSecond: 150, p99: 500, cpu: { order: 5, load: 2 } }), row({ scenario: 'reads' }));
    const text = comparison(before, now);
    expect(text).toMatch(/checkout +32 +100 +150 +\+50 % +1000 +500 +-50 % +10\.0 +5\.00 +-50 %\n/);
    expect(text).not.toContain('reads');
  });

  it('When nothing is in both, then it says so', () => {
    expect(comparison(result(row({ clients: 8 })), result(row()))).toContain('Nothing in common');
  });

  it('When there was nothing before, then the change is new', () => {
    expect(comparison(result(row({ perSecond: 0 })), result(row()))).toMatch(/ 0 +123 +new /);
  });
});
