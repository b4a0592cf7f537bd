/** How many decimals a currency has (2 for USD, 0 for JPY, 3 for KWD). */
export const decimalsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** `19.9` as 1990 minor units; undefined unless it is a plain decimal with at most `decimals` of them. */
export const minorUnits = (text: string, decimals: number): number | undefined => {
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d{1,3}))?$/.exec(text) ?? [];
  return whole === undefined || fraction.length > decimals ? undefined : Number(whole + fraction.padEnd(decimals, '0'));
};

/** A whole number from 0 up; undefined for everything else. */
export const quantity = (text: string): number | undefined => (/^\d{1,12}$/.test(text) ? Number(text) : undefined);
