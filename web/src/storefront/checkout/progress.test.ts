import type { Checkout, Step } from '@shop/sdk/api.ts';
import { describe, expect, it } from 'vitest';
import { progressOf, tookMs } from './progress.ts';

const step = (name: Step['name'], status: Step['status'], more: Partial<Step> = {}): Step => ({
  name,
  status,
  direction: 'forward',
  attempts: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: status === 'running' ? null : '2026-01-01T00:00:00.012Z',
  ...more,
});

const checkout = (status: Checkout['status'], steps: Step[], more: Partial<Checkout> = {}): Checkout => ({
  id: 'c1',
  kind: 'checkout',
  userId: 'u1',
  orderId: 'o1',
  status,
  steps,
  createdAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
  ...more,
});

const told = (shown: Checkout | undefined) => progressOf(shown).map(({ label, word }) => `${label}: ${word}`);

describe('The progress of a checkout', () => {
  it('When nothing has come yet, then all five steps wait', () => {
    expect(told(undefined)).toEqual([
      'Lock the cart: Waiting',
      'Apply vouchers: Waiting',
      'Reserve stock: Waiting',
      'Create the order: Waiting',
      'Finish: Waiting',
    ]);
  });

  it('When steps come and go, then each says how it stands, how long it took and how often it was tried', () => {
    const shown = checkout('running', [
      step('lockCart', 'done'),
      step('applyVouchers', 'skipped'),
      step('reserveInventory', 'running', { attempts: 3 }),
    ]);
    expect(told(shown).slice(0, 4)).toEqual([
      'Cart locked: Done',
      'No vouchers: Skipped',
      'Reserving stock: Under way',
      'Create the order: Waiting',
    ]);
    expect(progressOf(shown).map(({ ms, attempts }) => [ms, attempts])).toEqual([
      [12, 1],
      [undefined, 1],
      [undefined, 3],
      [undefined, 0],
      [undefined, 0],
    ]);
  });

  it('When it is rolled back, then the list turns step by step', () => {
    const refused = [
      step('lockCart', 'done'),
      step('applyVouchers', 'done'),
      step('reserveInventory', 'refused', { error: 'OUT_OF_STOCK' }),
    ];
    const undoing = [
      step('lockCart', 'running', { direction: 'undo' }),
      step('applyVouchers', 'running', { direction: 'undo' }),
    ];
    expect(told(checkout('compensating', [...refused, ...undoing]))).toEqual([
      'Unlocking the cart: Being undone',
      'Returning vouchers: Being undone',
      'Not enough stock: Refused',
      'Create the order: Not reached',
      'Finish: Not reached',
    ]);
    const [cart, vouchers, ...rest] = [...refused, ...undoing] as [Step, Step, ...Step[]];
    const ended = [{ ...cart, status: 'undone' as const }, { ...vouchers, status: 'undone' as const }, ...rest];
    expect(told(checkout('compensated', ended)).slice(0, 2)).toEqual([
      'Cart unlocked: Undone',
      'Vouchers returned: Undone',
    ]);
  });

  it('When nobody knows whether a step took effect before the rollback, then it does not seem to go on', () => {
    const shown = checkout('compensating', [step('lockCart', 'done'), step('reserveInventory', 'running')]);
    expect(told(shown)[2]).toBe('Reserve stock: Failed');
  });

  it('When it has ended, then it says how long it took', () => {
    expect(tookMs(checkout('completed', [], { finishedAt: '2026-01-01T00:00:00.094Z' }))).toBe(94);
    expect(tookMs(checkout('running', []))).toBeUndefined();
  });
});
