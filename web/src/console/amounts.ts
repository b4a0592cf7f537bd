import type { Money } from '@shop/contracts/money.ts';

const digitsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** "12.50" as 1250 minor units; undefined for what is no amount. */
export const minorUnitsIn = (text: string, currency: string): number | undefined => {
  const digits = digitsOf(currency);
  const found = /^(\d{1,12})(?:[.,](\d+))?$/.exec(text.trim());
  const [, whole = '', fraction = ''] = found ?? [];
  if (!found || fraction.length > digits) return undefined;
  return Number(whole + fraction.padEnd(digits, '0'));
};

/** 1250 minor units as "12.50": what `minorUnitsIn` reads. */
export const amountText = ({ amount, currency }: Money): string => {
  const digits = digitsOf(currency);
  return (amount / 10 ** digits).toFixed(digits);
};

/** "15" or "12.5" percent as basis points. */
export const basisPointsIn = (text: string): number | undefined => {
  const found = /^(\d{1,3})(?:[.,](\d{1,2}))?$/.exec(text.trim());
  if (!found) return undefined;
  return Number((found[1] ?? '') + (found[2] ?? '').padEnd(2, '0'));
};

export const percentText = (basisPoints: number): string => String(basisPoints / 100);

/** A whole number from `min` on; undefined for anything else. */
export const countIn = (text: string, min = 0): number | undefined => {
  const number = Number(text.trim());
  return text.trim() !== '' && Number.isInteger(number) && number >= min ? number : undefined;
};

const partsOf = (text: string, between: RegExp): string[] => [
  ...new Set(
    text
      .split(between)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
];

/** "a, b" as what it lists, each once. */
export const listIn = (text: string): string[] => partsOf(text, /[,\n]/);

/** The same, one a line: for what may have commas in it. */
export const linesIn = (text: string): string[] => partsOf(text, /\n/);
