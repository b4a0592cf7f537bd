const words: Record<string, string> = {
  OUT_OF_STOCK: 'Out of stock',
  VOUCHER_REJECTED: 'Voucher refused',
  PRICE_CHANGED: 'Price changed',
  TOTAL_CHANGED: 'Total changed',
  PRODUCT_UNAVAILABLE: 'Product gone',
  CHECKOUT_TIMED_OUT: 'Took too long',
  CHECKOUT_IN_PROGRESS: 'Another checkout was under way',
  CART_EMPTY: 'Cart empty',
  UNAVAILABLE: 'Service unavailable',
  SAGA_UNDONE: 'Rolled back before',
};

/** Why a checkout was refused, in a few words; a code that has none reads as it is. */
export const refusalWords = (code: string): string => {
  const known = words[code];
  if (known) return known;
  const text = code.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
};

const voucherReasons: Record<string, string> = {
  SIGN_IN_REQUIRED: 'asks its buyers to sign in',
  UNKNOWN: 'is not known',
  INACTIVE: 'is stopped',
  NOT_STARTED: 'has not begun',
  EXPIRED: 'has ended',
  MIN_SUBTOTAL: 'wants a larger cart',
  NOT_APPLICABLE: 'is about none of these products',
  USAGE_LIMIT: 'is used up',
  PER_USER_LIMIT: 'was used as often as one buyer may',
  NOT_COMBINABLE: 'stands alone',
  WRONG_USER: 'is for other buyers',
  WRONG_CURRENCY: 'is in another currency',
};

/** The rest of a sentence that begins with the voucher. */
export const voucherReasonWords = (reason: string): string => voucherReasons[reason] ?? 'can’t be used';
