import { ShopError } from '@shop/sdk/errors.ts';
import { describe, expect, it } from 'vitest';
import { backOf } from '../storefront/account/back.ts';
import { voucherSentence } from '../storefront/cart/reasons.ts';
import { formatMoney } from './money.ts';
import { formatDuration, formatRelative } from './time.ts';
import { wordsOf } from './words.ts';

const problem = (code: string, status: number) => ({ type: 'x', title: 'A title', status, code, detail: 'A detail' });

describe('Words', () => {
  it('When the shop refuses, then it is said plainly, and never by its code', () => {
    expect(wordsOf(new ShopError(problem('RATE_LIMITED', 429))).title).toBe('That was a little fast');
    expect(wordsOf(new ShopError(problem('SOMETHING_NEW', 409)))).toEqual({ title: 'A title', detail: 'A detail.' });
    expect(JSON.stringify(wordsOf(new TypeError('x is not a function')))).not.toContain('function');
    expect(voucherSentence('OLD', 'SOMETHING_NEW')).toBe('OLD can’t be used here.');
  });

  it('When money is written, then its currency says how', () => {
    expect(formatMoney({ amount: 1999, currency: 'USD' })).toBe('$19.99');
    expect(formatMoney({ amount: 1999, currency: 'JPY' })).toBe('¥1,999');
    expect(formatMoney({ amount: 1999, currency: 'KWD' })).toMatch(/^KWD\s1\.999$/);
  });

  it('When time is told, then as long as it is near it is told from now', () => {
    const now = new Date('2026-06-10T12:00:00Z');
    const ago = (text: string) => formatRelative(new Date(text), now);
    expect(ago('2026-06-10T11:59:59Z')).toBe('just now');
    expect(ago('2026-06-10T11:59:20Z')).toBe('40 seconds ago');
    expect(ago('2026-06-10T09:10:00Z')).toBe('2 hours ago');
    expect(ago('2026-06-09T11:00:00Z')).toBe('yesterday');
    expect(ago('2026-01-02T11:00:00Z')).toBe('Jan 2, 2026');
    expect([12, 1_400, 120_000].map(formatDuration)).toEqual(['12 ms', '1.4 s', '2 min']);
  });

  it('When an address names a place to come back to, then only one of this site counts', () => {
    const back = (text: string) => backOf(new URLSearchParams({ back: text }));
    expect(back('/orders?x=1')).toBe('/orders?x=1');
    for (const evil of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      '\n//evil.example',
      '/.//evil.example',
      'javascript:alert(1)',
      '',
    ])
      expect(back(evil)).toBe('/');
  });
});
