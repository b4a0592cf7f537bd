import { ShopError } from '@shop/sdk/errors.ts';

/** Why a voucher does not count, for its holder; `curable` by what is in the cart or who is signed in. */
const reasons: Record<string, { text: string; curable: boolean }> = {
  SIGN_IN_REQUIRED: { text: 'is for customers with an account: sign in or register to use it', curable: true },
  UNKNOWN: { text: 'is not a voucher of this shop; look at the spelling', curable: false },
  INACTIVE: { text: 'is no longer in use', curable: false },
  NOT_STARTED: { text: 'can’t be used yet', curable: false },
  EXPIRED: { text: 'has expired', curable: false },
  MIN_SUBTOTAL: { text: 'needs a larger order', curable: true },
  NOT_APPLICABLE: { text: 'does not apply to anything in your cart', curable: true },
  USAGE_LIMIT: { text: 'has been used up', curable: false },
  PER_USER_LIMIT: { text: 'was used by you as often as it can be', curable: false },
  NOT_COMBINABLE: { text: 'can’t be combined with your other vouchers', curable: true },
  WRONG_USER: { text: 'was made for somebody else', curable: false },
  WRONG_CURRENCY: { text: 'is for another currency', curable: false },
};

/** "WELCOME10 has expired." */
export const voucherSentence = (code: string, reason: string): string =>
  `${code} ${reasons[reason]?.text ?? 'can’t be used here'}.`;

/** The reason in a refusal to add a voucher. */
export const voucherRefusal = (error: unknown): string | undefined => {
  if (!(error instanceof ShopError) || error.code !== 'VOUCHER_REJECTED') return undefined;
  const [first] = error.problem.errors ?? [];
  return first ? voucherSentence(String(first.code), String(first.reason)) : undefined;
};
