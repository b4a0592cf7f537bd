import type { Money } from '@shop/contracts/money.ts';
import { language } from './language.ts';

const formats = new Map<string, Intl.NumberFormat>();

const formatOf = (currency: string): Intl.NumberFormat => {
  const known = formats.get(currency);
  if (known) return known;
  const made = new Intl.NumberFormat(language, { style: 'currency', currency });
  formats.set(currency, made);
  return made;
};

/** An amount as people write it: `{ amount: 1999, currency: 'USD' }` is $19.99. */
export const formatMoney = ({ amount, currency }: Money): string => {
  const format = formatOf(currency);
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
};
