import { describe, expect, it } from 'vitest';
import { amountText, basisPointsIn, countIn, linesIn, listIn, minorUnitsIn, percentText } from './amounts.ts';

describe('Amounts that people type', () => {
  it.each([
    ['12.50', 'USD', 1250],
    ['12,5', 'USD', 1250],
    [' 7 ', 'USD', 700],
    ['0', 'USD', 0],
    ['1200', 'JPY', 1200],
    ['1.234', 'KWD', 1234],
    ['12.345', 'USD', undefined],
    ['12.0', 'JPY', undefined],
    ['-1', 'USD', undefined],
    ['1e3', 'USD', undefined],
    ['', 'USD', undefined],
    ['twelve', 'USD', undefined],
  ])('When "%s" in %s is read, then it is %s minor units', (text, currency, amount) => {
    expect(minorUnitsIn(text, currency)).toBe(amount);
  });

  it('When an amount is written, then reading it gives the same one', () => {
    for (const [amount, currency] of [
      [1, 'USD'],
      [1999, 'EUR'],
      [300, 'JPY'],
      [5, 'KWD'],
    ] as const)
      expect(minorUnitsIn(amountText({ amount, currency }), currency)).toBe(amount);
  });

  it('When percents are read and written, then they are basis points', () => {
    expect([basisPointsIn('15'), basisPointsIn('12.5'), basisPointsIn('0,05'), basisPointsIn('1.234')]).toEqual([
      1500,
      1250,
      5,
      undefined,
    ]);
    expect([percentText(1500), percentText(1250), percentText(5)]).toEqual(['15', '12.5', '0.05']);
  });

  it('When counts and lists are read, then only whole numbers count, and each entry once', () => {
    expect([countIn('3'), countIn('3.5'), countIn(''), countIn('0', 1), countIn('-2')]).toEqual([
      3,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(listIn('a, b,,a\n c')).toEqual(['a', 'b', 'c']);
    expect(linesIn('/x?a=1,2\n\n/y')).toEqual(['/x?a=1,2', '/y']);
  });
});
