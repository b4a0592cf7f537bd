import type { Checkout } from '@shop/sdk/api.ts';
import { describe, expect, it } from 'vitest';
import { refusalOf } from './refusal.ts';

type Problem = NonNullable<Checkout['problem']>;
const problem = (code: Problem['code'], errors?: Record<string, unknown>[]): Problem => ({
  type: 'x',
  title: 'x',
  status: 409,
  code,
  errors,
});
const nameOf = (sku: string) => ({ BLU: 'Trail Mug in Blue', PAN: 'Saucepan' })[sku] ?? sku;
const usd = (amount: number) => ({ amount, currency: 'USD' });
const told = (found: Problem, lines = 2) => {
  const { sentences, remedies } = refusalOf(found, nameOf, lines);
  return { sentences, labels: remedies.map(({ label }) => label), changes: remedies.map(({ changes }) => changes) };
};

describe('Why a checkout was refused', () => {
  it('When one thing is sold out, then it can be left out', () => {
    expect(told(problem('OUT_OF_STOCK', [{ sku: 'BLU', requested: 2, available: 0 }]))).toEqual({
      sentences: ['Someone was quicker: Trail Mug in Blue is sold out.'],
      labels: ['Remove it and order the rest'],
      changes: [[{ kind: 'quantity', sku: 'BLU', quantity: 0 }]],
    });
  });

  it('When some are left, then these can be taken', () => {
    const { sentences, labels, changes } = told(
      problem('OUT_OF_STOCK', [{ sku: 'BLU', requested: 2, available: 1 }]),
      1,
    );
    expect(sentences).toEqual(['Trail Mug in Blue: only 1 left, and you asked for 2.']);
    expect(labels).toEqual(['Take 1 instead', 'Remove it']);
    expect(changes[0]).toEqual([{ kind: 'quantity', sku: 'BLU', quantity: 1 }]);
  });

  it('When several run short, then what is left of all is one click; when all is gone, there is nothing to offer', () => {
    const short = [
      { sku: 'BLU', requested: 2, available: 1 },
      { sku: 'PAN', requested: 1, available: 0 },
    ];
    expect(told(problem('OUT_OF_STOCK', short)).labels).toEqual(['Take what is left']);
    const gone = short.map((entry) => ({ ...entry, available: 0 }));
    expect(told(problem('OUT_OF_STOCK', gone)).labels).toEqual([]);
  });

  it('When vouchers are refused, then each says why, and the order can go on without them', () => {
    const rejected = [
      { code: 'FIRST5', reason: 'USAGE_LIMIT' },
      { code: 'MEMBER', reason: 'SIGN_IN_REQUIRED' },
    ];
    const found = problem('VOUCHER_REJECTED', rejected);
    expect(told(found)).toMatchObject({
      sentences: [
        'FIRST5 has been used up.',
        'MEMBER is for customers with an account: sign in or register to use it.',
      ],
      labels: ['Order without FIRST5 and MEMBER'],
    });
    expect(refusalOf(found, nameOf, 1).wantsSignIn).toBe(true);
  });

  it('When a price or the total has changed, then the new one is named before it is paid', () => {
    const price = told(problem('PRICE_CHANGED', [{ sku: 'PAN', was: usd(4900), now: usd(5200) }]));
    expect(price.sentences).toEqual(['Saucepan costs $52.00 now; it was $49.00 when you added it.']);
    const total = refusalOf(problem('TOTAL_CHANGED', [{ expected: usd(900), actual: usd(1000) }]), nameOf, 1);
    expect(total.remedies).toEqual([{ label: 'Order for $10.00', changes: [], total: usd(1000) }]);
  });

  it('When the shop failed, or says what this page does not know, then trying again is offered', () => {
    for (const code of ['CHECKOUT_TIMED_OUT', 'INTERNAL', 'SAGA_UNDONE'] as const)
      expect(told(problem(code)).labels).toEqual(['Try again']);
    expect(told(problem('TOTAL_CHANGED', [{ nonsense: 1 }])).labels).toEqual(['Try again']);
  });
});
