import { ShopError, ShopUnreachable } from '@shop/sdk/errors.ts';
import { ShopFailed } from './own-shop.ts';
import { NotTrue } from './printer.ts';
import { type Admin, NoAdmin } from './stage.ts';

/** How the demo was called makes no sense. */
export class WrongUse extends Error {}

const refused = (error: ShopError, url: string, admin: Admin): string => {
  if (error.code === 'BAD_CREDENTIALS')
    return `The shop at ${url} refuses ${admin.email} with this password; set ADMIN_EMAIL and ADMIN_PASSWORD to its admin.`;
  if (error.code === 'RATE_LIMITED') {
    const seconds = Math.ceil((error.retryAfterMs ?? 60_000) / 1000);
    return `The shop at ${url} has had too many requests from here (RATE_LIMITED); run the demo again in ${seconds} s.`;
  }
  return `The shop at ${url} refused what the demo needs: ${error.message}`;
};

/** What ended the story, in one sentence; anything that was not foreseen is a defect and shows its stack. */
export const sentenceFor = (error: unknown, url: string, admin: Admin): string => {
  if (error instanceof NotTrue) return `Not true: ${error.message}`;
  if (error instanceof ShopError) return refused(error, url, admin);
  if (error instanceof ShopUnreachable)
    return `${error.message}; start one with npm start, or say with SHOP_URL where it is.`;
  const known = [NoAdmin, ShopFailed, WrongUse].some((type) => error instanceof type);
  if (known) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};
