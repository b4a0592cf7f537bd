import { adminOf, adminSettings } from '@shop/identity/config.ts';
import { type Config, ConfigError, readConfig, setting } from '@shop/platform/config/config.ts';
import {
  AUTH_AUDIENCE,
  AUTH_JWKS_URL,
  onOff,
  PICTURE_ORIGINS,
  RETENTION_DAYS,
  STORE_CURRENCY,
  serving,
} from '@shop/platform/config/settings.ts';
import { joi } from '@shop/platform/http/schemas.ts';
import { tracingSettings } from '@shop/platform/telemetry/tracing-settings.ts';

/** Every environment variable of the embedded form. */
export const declaration = {
  ...serving,
  DATA_DIR: setting<string>('the folder that keeps everything', joi.string().max(1000).default('.data')),
  SEED: setting<'on' | 'off'>('whether the first start loads the sample catalogue', onOff('on')),
  STORE_CURRENCY,
  ...adminSettings,
  AUTH_ISSUER: setting<string | undefined>('an OpenID issuer that stands in for identity', joi.string().uri()),
  AUTH_JWKS_URL,
  AUTH_AUDIENCE,
  RETENTION_DAYS,
  PICTURE_ORIGINS,
  LAB: setting<'on' | 'off'>('the race lab of the console; never in production', onOff('on')),
  CRASH_POINTS: setting<'on' | 'off'>(
    'on lets a test kill the shop at a named place; never in production',
    onOff('off'),
  ),
  ...tracingSettings,
};

export type EmbeddedConfig = Config<typeof declaration>;

/** @throws ConfigError naming each variable that is wrong. */
export const readEmbeddedConfig = (env: NodeJS.ProcessEnv): EmbeddedConfig => {
  const config = readConfig(declaration, env);
  adminOf(config);
  if ((config.AUTH_ISSUER === undefined) !== (config.AUTH_JWKS_URL === undefined))
    throw new ConfigError('AUTH_ISSUER and AUTH_JWKS_URL belong together: set both, or neither.');
  if (config.AUTH_AUDIENCE !== undefined && config.AUTH_ISSUER === undefined)
    throw new ConfigError('AUTH_AUDIENCE belongs to AUTH_ISSUER: set both, or leave it away.');
  return config.NODE_ENV === 'production' ? { ...config, LAB: 'off', CRASH_POINTS: 'off' } : config;
};
