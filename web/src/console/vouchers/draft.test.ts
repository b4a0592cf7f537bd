import type { Voucher } from '@shop/sdk/api.ts';
import { describe, expect, it } from 'vitest';
import { bodyOf, changesIn, draftOf, emptyVoucher } from './draft.ts';

const kitchen: Voucher = {
  code: 'KITCHEN15',
  type: 'percentage',
  value: 1500,
  scope: { kind: 'categories', ids: ['Kitchen'] },
  minSubtotal: { amount: 3000, currency: 'USD' },
  usageLimit: 50,
  endsAt: '2026-12-31T22:59:59.000Z',
  combinable: true,
  priority: 10,
  active: true,
  used: 3,
  version: 2,
};

const read = (draft: ReturnType<typeof draftOf>) => {
  const found = bodyOf(draft, 'USD');
  if (!('body' in found)) throw new Error([...found.faults].join());
  return found.body;
};

describe('A voucher in its form', () => {
  it('When nothing is edited, then nothing would be sent, not even seconds that the form does not show', () => {
    expect(changesIn(read(draftOf(kitchen)), kitchen)).toEqual({});
  });

  it('When a condition is emptied, then it is taken away; when the type changes, then its value comes along', () => {
    const draft = {
      ...draftOf(kitchen),
      minSubtotal: '',
      usageLimit: '60',
      type: 'fixed_amount' as const,
      amount: '4',
    };
    expect(changesIn(read(draft), kitchen)).toEqual({
      type: 'fixed_amount',
      value: { amount: 400, currency: 'USD' },
      minSubtotal: null,
      usageLimit: 60,
    });
  });

  it('When a code is typed in small letters, then it is the code in its one spelling', () => {
    expect(read({ ...emptyVoucher, code: ' welcome-5 ' })).toMatchObject({ code: 'WELCOME-5', value: 1000 });
  });

  it('When fields can not be read, then each says so in its place', () => {
    const found = bodyOf(
      { ...emptyVoucher, code: 'a b', percent: '0', scope: 'skus', usageLimit: '0', priority: '' },
      'USD',
    );
    expect('faults' in found && [...found.faults.keys()].sort()).toEqual(
      ['code', 'ids', 'percent', 'priority', 'usageLimit'].sort(),
    );
  });
});
