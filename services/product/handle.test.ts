import { describe, expect, it } from 'vitest';
import { handleOf, handlePattern, numbered } from './handle.ts';

describe('handles', () => {
  it.each([
    ['Trail Mug, blue', 'trail-mug-blue'],
    ['  Crème Brûlée & Œuvre — Straße ', 'creme-brulee-oeuvre-strasse'],
    ["Women's Łódź T-Shirt №5", 'womens-lodz-t-shirt-no5'],
    ['杯子', 'product'],
    ['🏔', 'product'],
    [`${'a'.repeat(119)} b`, 'a'.repeat(119)],
  ])('When the title is %j, then the handle is %s', (title, handle) => {
    expect(handleOf(title)).toBe(handle);
    expect(handle).toMatch(handlePattern);
  });

  it('When a handle is taken, then numbers are appended within its length', () => {
    expect(numbered('mug', 2, 4)).toEqual(['mug-2', 'mug-3', 'mug-4']);
    expect(numbered('a'.repeat(120), 10, 10)[0]).toBe(`${'a'.repeat(117)}-10`);
  });
});
