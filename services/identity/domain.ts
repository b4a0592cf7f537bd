import type { Role } from '@shop/contracts/commands.ts';

/** Who may come in, and for how long: facts and decisions, nothing else. */

/** A user as everyone may see it who is that user. Guests have no e-mail and no name. */
export interface Account {
  id: string;
  email: string | null;
  name: string | null;
  role: Role;
}

/** How long an access token is valid. */
export const accessTokenSeconds = 900;
/** How long a refresh token waits for its use; each use starts it anew. */
const refreshTokenMs = 30 * 24 * 60 * 60 * 1000;
/** A retired signing key is published for so long: its last token, keys that a process has cached, and a margin. */
const retiredKeyMs = 60 * 60 * 1000;

/** Characters of a password. The upper bound bounds the work of normalising and hashing it. */
export const passwordLength = { min: 8, max: 128 } as const;

/**
 * The one spelling under which addresses are compared and kept: NFKC and lower case. Lower-casing can leave the normal
 * form, hence twice.
 */
export const emailKey = (email: string): string => email.normalize('NFKC').toLowerCase().normalize('NFKC');

/**
 * Whether an address is written in the characters that it is compared in, upper case aside. "ａdmin@…" (full-width a)
 * or the Kelvin sign would turn into somebody else's address by normalising, so they are refused instead; so are
 * characters that nobody sees, and the ideographic full stop, which mail takes for a dot.
 */
export const isPlainlySpelled = (email: string): boolean =>
  !/[\p{Cf}\p{Default_Ignorable_Code_Point}\u3002]/u.test(email) &&
  email.normalize('NFKC') === email &&
  email.toLowerCase().normalize('NFKC') === email.toLowerCase();

/** When a refresh token that is made now expires. */
export const refreshExpiry = (now: Date): Date => new Date(now.getTime() + refreshTokenMs);

/** Keys that were retired before this moment have no valid token left. */
export const retiredKeysUntil = (now: Date): Date => new Date(now.getTime() - retiredKeyMs);
