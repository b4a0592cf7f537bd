/**
 * The one spelling of a voucher code: NFKC, trimmed, upper case. Undefined where the text is none: 1–40 ASCII letters,
 * digits, `_` and `-`. ASCII is checked before the case is changed, since some look-alikes (ı, ſ) turn into ASCII by it.
 */
export const voucherCodeOf = (text: string): string | undefined => {
  const plain = text.normalize('NFKC').trim();
  return /^[A-Za-z0-9_-]{1,40}$/.test(plain) ? plain.toUpperCase() : undefined;
};
