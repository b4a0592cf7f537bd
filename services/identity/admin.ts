import { isRefusal } from '@shop/contracts/problems.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { emailKey, isPlainlySpelled, passwordLength } from './domain.ts';
import type { Passwords } from './passwords.ts';
import type { UserStore } from './store.ts';

export interface Admin {
  email: string;
  password: string;
}

interface AdminDeps {
  store: UserStore;
  passwords: Passwords;
  clock: Clock;
  ids: Ids;
  logger: Logger;
}

const check = ({ email, password }: Admin): void => {
  const { min, max } = passwordLength;
  if (!isPlainlySpelled(email) || !/^\S+@\S+$/.test(email)) throw new Error("The administrator's e-mail is not valid");
  if (password.length < min || password.length > max)
    throw new Error(`The administrator's password must have ${min} to ${max} characters`);
};

/** Makes what sees to it at start that there is an administrator; `Identity.ensureAdmin` says what it promises. */
export const createAdminGate =
  ({ store, passwords, clock, ids, logger }: AdminDeps) =>
  async (admin: Admin): Promise<'made' | 'promoted' | 'present'> => {
    check(admin);
    const email = emailKey(admin.email);
    // Spares the hash at every start but the first; the decision itself stands in the write.
    if ((await store.credentialsOf(email))?.account.role === 'admin') return 'present';
    const passwordHash = await passwords.hash(admin.password);
    if (isRefusal(passwordHash)) throw new Error('The administrator could not be made: too many are signing in');
    const outcome = await store.ensureAdmin(ids.uuid(), { email, name: 'Administrator', passwordHash }, clock.now());
    if (outcome === 'promoted')
      logger.warn('the customer with ADMIN_EMAIL was made administrator, with the configured password');
    return outcome;
  };
