import { ConfigError, setting } from '@shop/platform/config/config.ts';
import { checked } from '@shop/platform/config/settings.ts';
import { joi } from '@shop/platform/http/schemas.ts';
import type { Admin } from './admin.ts';
import { isPlainlySpelled, passwordLength } from './domain.ts';

/** The admin of a shop that was started without one; refused in production. */
export const DEFAULT_ADMIN: Admin = { email: 'admin@example.com', password: 'admin-password' };

export const adminSettings = {
  ADMIN_EMAIL: setting<string | undefined>(
    'the e-mail of the first admin',
    checked(isPlainlySpelled, 'written without compatibility or invisible characters').email({ tlds: false }).max(254),
  ),
  ADMIN_PASSWORD: setting<string | undefined>(
    'the password of the first admin, 8 to 128 characters',
    joi.string().min(passwordLength.min).max(passwordLength.max),
  ),
};

/**
 * The admin that was configured, or the default one.
 * @throws ConfigError when one half is missing, or in production when it is the default one.
 */
export const adminOf = (config: { ADMIN_EMAIL?: string; ADMIN_PASSWORD?: string; NODE_ENV?: string }): Admin => {
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password, NODE_ENV } = config;
  if ((email === undefined) !== (password === undefined))
    throw new ConfigError('ADMIN_EMAIL and ADMIN_PASSWORD belong together: set both, or neither.');
  const admin = email !== undefined && password !== undefined ? { email, password } : DEFAULT_ADMIN;
  if (NODE_ENV === 'production' && admin.password === DEFAULT_ADMIN.password)
    throw new ConfigError('With NODE_ENV=production the default admin is refused: set ADMIN_EMAIL and ADMIN_PASSWORD.');
  return admin;
};
