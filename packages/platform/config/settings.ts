import { joi } from '../http/schemas.ts';
import { logLevels } from '../telemetry/logger.ts';
import { setting } from './config.ts';

export const port = () => joi.number().integer().min(0).max(65_535);
export const onOff = (initial: 'on' | 'off') => joi.string<'on' | 'off'>().valid('on', 'off').default(initial);

/** Text that passes `check`; `what` says in a few words what it must be. */
export const checked = (check: (text: string) => boolean, what: string) =>
  joi
    .string()
    .max(2000)
    .custom((text: string, tools) => (check(text) ? text : tools.error('string.checked')))
    .messages({ 'string.checked': `{{#label}} must be ${what}` });

const isCurrency = (text: string): boolean => Intl.supportedValuesOf('currency').includes(text);
/** What browsers send as `Origin`: a slash at its end, or a path, would never match. */
const isOrigin = (text: string): boolean =>
  /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
const parts = (text: string): string[] => text.split(',').map((part) => part.trim());

/** Origins separated by commas, such as `http://one:8080,http://two:8080`. */
export const origins = () => checked((text) => parts(text).every(isOrigin), 'origins such as http://127.0.0.1:8080');

/** What is written with commas in between. */
export const listOf = (text: string): string[] => parts(text);

const isAddress = (text: string): boolean => /^[\w.-]+:\d{1,5}$|^\[[\da-fA-F:]+\]:\d{1,5}$/.test(text);
/** Hosts with their ports, separated by commas. */
export const addresses = () => checked((text) => parts(text).every(isAddress), 'host:port, separated by commas');

/** A URL of one of these schemes that names a host. */
export const urlOf = (...schemes: string[]) =>
  checked((text) => {
    const url = URL.parse(text);
    return url !== null && schemes.includes(url.protocol.slice(0, -1)) && url.host !== '';
  }, `a URL such as ${schemes[0]}://…`);

/** How a process is reached and what it tells; the same in both forms. */
export const serving = {
  PORT: setting<number>('the port of the API; 0 takes a free one', port().default(8080)),
  HOST: setting<string>('the address to listen on', joi.string().hostname().default('127.0.0.1')),
  METRICS_PORT: setting<number | undefined>('the port of GET /metrics; none by default', port()),
  RATE_LIMIT: setting<'on' | 'off'>('off lifts the rate limits, for load tests', onOff('on')),
  CORS_ORIGINS: setting<string | undefined>(
    'origins whose pages may call the API, separated by commas',
    checked(
      (text) => text === '*' || parts(text).every(isOrigin),
      '* or origins such as https://shop.example, without a path',
    ),
  ),
  TRUST_PROXY: setting<number>('how many proxies stand in front', joi.number().integer().min(0).max(10).default(0)),
  NODE_ENV: setting<string | undefined>('production refuses the default admin', joi.string().max(40)),
  LOG_LEVEL: setting<string>(
    `how much is logged: ${logLevels.join(', ')}`,
    joi
      .string()
      .valid(...logLevels)
      .default('info'),
  ),
};

export const STORE_CURRENCY = setting<string>(
  'the one currency of the shop, ISO 4217',
  checked(isCurrency, 'a currency in capital letters').default('USD'),
);

export const RETENTION_DAYS = setting<number>(
  'how long replies, timelines of ended checkouts and traces of undone ones are kept',
  joi.number().integer().min(30).max(3650).default(30),
);

export const AUTH_AUDIENCE = setting<string | undefined>(
  'whom tokens of the issuer must name as their audience; any without it',
  joi.string().max(500),
);

export const AUTH_JWKS_URL = setting<string | undefined>(
  'where the issuer of access tokens publishes its keys',
  joi.string().uri({ scheme: ['http', 'https'] }),
);

export const PICTURE_ORIGINS = setting<string | undefined>(
  'other origins that pictures of products may come from, separated by commas; none by default',
  origins(),
);
