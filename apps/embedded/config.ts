import { isPlainlySpelled } from '@shop/identity/domain.ts';
import { type Config, ConfigError, readConfig, setting } from '@shop/platform/config/config.ts';
import { joi } from '@shop/platform/http/schemas.ts';
import { logLevels } from '@shop/platform/telemetry/logger.ts';
import { tracingSettings } from '@shop/platform/telemetry/tracing-settings.ts';

const port = () => joi.number().integer().min(0).max(65_535);
const isCurrency = (text: string): boolean => Intl.supportedValuesOf('currency').includes(text);
/** What browsers send as `Origin`: a slash at its end, or a path, would never match. */
const isOrigin = (text: string): boolean =>
  /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;

/** Text that passes `check`; `what` says in a few words what it must be. */
const checked = (check: (text: string) => boolean, what: string) =>
  joi
    .string()
    .max(2000)
    .custom((text: string, tools) => (check(text) ? text : tools.error('string.checked')))
    .messages({ 'string.checked': `{{#label}} must be ${what}` });

const onOff = (initial: 'on' | 'off') => joi.string<'on' | 'off'>().valid('on', 'off').default(initial);

/** Every environment variable of the embedded form. */
export const declaration = {
  PORT: setting<number>('the port of the API; 0 takes a free one', port().default(8080)),
  HOST: setting<string>('the address to listen on', joi.string().hostname().default('127.0.0.1')),
  DATA_DIR: setting<string>('the folder that keeps everything', joi.string().max(1000).default('.data')),
  SEED: setting<'on' | 'off'>('whether the first start loads the sample catalogue', onOff('on')),
  RATE_LIMIT: setting<'on' | 'off'>('off lifts the rate limits, for load tests', onOff('on')),
  STORE_CURRENCY: setting<string>(
    'the one currency of the shop, ISO 4217',
    checked(isCurrency, 'a currency in capital letters').default('USD'),
  ),
  ADMIN_EMAIL: setting<string | undefined>(
    'the e-mail of the first admin',
    checked(isPlainlySpelled, 'written without compatibility or invisible characters').email({ tlds: false }).max(254),
  ),
  ADMIN_PASSWORD: setting<string | undefined>(
    'the password of the first admin, 8 to 128 characters',
    joi.string().min(8).max(128),
  ),
  METRICS_PORT: setting<number | undefined>('the port of GET /metrics; none by default', port()),
  CORS_ORIGINS: setting<string | undefined>(
    'origins whose pages may call the API, separated by commas',
    checked(
      (text) => text === '*' || text.split(',').every((origin) => isOrigin(origin.trim())),
      '* or origins such as https://shop.example, without a path',
    ),
  ),
  TRUST_PROXY: setting<number>('how many proxies stand in front', joi.number().integer().min(0).max(10).default(0)),
  AUTH_ISSUER: setting<string | undefined>('an OpenID issuer that stands in for identity', joi.string().uri()),
  AUTH_JWKS_URL: setting<string | undefined>(
    'where that issuer publishes its keys',
    joi.string().uri({ scheme: ['http', 'https'] }),
  ),
  AUTH_AUDIENCE: setting<string | undefined>(
    'whom tokens of that issuer must name as their audience; any without it',
    joi.string().max(500),
  ),
  RETENTION_DAYS: setting<number>(
    'how long replies, timelines of ended checkouts and traces of undone ones are kept',
    joi.number().integer().min(30).max(3650).default(30),
  ),
  NODE_ENV: setting<string | undefined>('production refuses the default admin', joi.string().max(40)),
  LAB: setting<'on' | 'off'>('the race lab of the console; never in production', onOff('on')),
  CRASH_POINTS: setting<'on' | 'off'>(
    'on lets a test kill the shop at a named place; never in production',
    onOff('off'),
  ),
  LOG_LEVEL: setting<string>(
    `how much is logged: ${logLevels.join(', ')}`,
    joi
      .string()
      .valid(...logLevels)
      .default('info'),
  ),
  ...tracingSettings,
};

/** The admin of a shop that was started without one; refused in production. */
export const DEFAULT_ADMIN = { email: 'admin@example.com', password: 'admin-password' };

export type EmbeddedConfig = Config<typeof declaration>;

/** @throws ConfigError naming each variable that is wrong. */
export const readEmbeddedConfig = (env: NodeJS.ProcessEnv): EmbeddedConfig => {
  const config = readConfig(declaration, env);
  if ((config.ADMIN_EMAIL === undefined) !== (config.ADMIN_PASSWORD === undefined))
    throw new ConfigError('ADMIN_EMAIL and ADMIN_PASSWORD belong together: set both, or neither.');
  if (config.NODE_ENV === 'production' && (config.ADMIN_PASSWORD ?? DEFAULT_ADMIN.password) === DEFAULT_ADMIN.password)
    throw new ConfigError('With NODE_ENV=production the default admin is refused: set ADMIN_EMAIL and ADMIN_PASSWORD.');
  if ((config.AUTH_ISSUER === undefined) !== (config.AUTH_JWKS_URL === undefined))
    throw new ConfigError('AUTH_ISSUER and AUTH_JWKS_URL belong together: set both, or neither.');
  if (config.AUTH_AUDIENCE !== undefined && config.AUTH_ISSUER === undefined)
    throw new ConfigError('AUTH_AUDIENCE belongs to AUTH_ISSUER: set both, or leave it away.');
  return config.NODE_ENV === 'production' ? { ...config, LAB: 'off', CRASH_POINTS: 'off' } : config;
};
