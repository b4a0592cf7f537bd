import { ConfigError } from '@shop/platform/config/config.ts';
import { describe, expect, it } from 'vitest';
import { declaration, readEmbeddedConfig } from '../../apps/embedded/config.ts';

type Variable = keyof typeof declaration;

const notNumber = [
  'abc',
  '1.5',
  '-1',
  '1e400',
  'NaN',
  'Infinity',
  '99999999999999999999',
  '0x',
  '80 80',
  '8080;',
  '[1]',
];
const notOnOff = ['maybe', 'ON', 'true', '1', 'on ', 'off;', '{}'];
const notUrl = ['issuer', '//issuer.example', 'https://', 'http://[', 'not a url'];

/** What each variable refuses; `[]` only where any text will do. */
const bad: Record<Variable, string[]> = {
  PORT: [...notNumber, '65536', '70000'],
  HOST: ['http://localhost', 'a b', '127.0.0.1:80', '999.0.0.1:', '-host', 'host_name!', '127.0.0.1/24'],
  DATA_DIR: ['x'.repeat(1001)],
  SEED: notOnOff,
  RATE_LIMIT: notOnOff,
  STORE_CURRENCY: ['usd', 'US', 'USDT', 'U$D', 'US\u0412', 'USD ', 'dollars', 'ZZZ', 'UDS', '$'],
  ADMIN_EMAIL: [
    'boss',
    'boss@',
    'boss@localhost',
    'a@b@c.com',
    'boss @example.com',
    '<boss@example.com>',
    '\uff41dmin@example.com',
    'ad\u200bmin@example.com',
  ],
  ADMIN_PASSWORD: ['short', 'x'.repeat(129)],
  METRICS_PORT: [...notNumber, '65536'],
  CORS_ORIGINS: [
    'x'.repeat(2001),
    'shop.example',
    'https://shop.example/',
    'https://shop.example/page',
    'https://shop.example https://else.example',
    'https://a.example,',
    'https://*.shop.example/',
    '*,https://shop.example',
    'https://Shop.example',
    'javascript:alert(1)',
    'file:///etc',
    'null',
  ],
  PICTURE_ORIGINS: [
    '*',
    'cdn.example',
    'https://cdn.example/',
    "'unsafe-inline'",
    'https://a.example;script-src *',
    'data:',
  ],
  TRUST_PROXY: [...notNumber, '11', 'true', 'loopback'],
  AUTH_ISSUER: notUrl,
  AUTH_JWKS_URL: [...notUrl, 'ftp://issuer.example/jwks.json', 'file:///etc/passwd', 'javascript:alert(1)'],
  AUTH_AUDIENCE: ['x'.repeat(501)],
  RETENTION_DAYS: [...notNumber, '0', '29', '3651'],
  NODE_ENV: ['x'.repeat(41)],
  LAB: notOnOff,
  CRASH_POINTS: notOnOff,
  LOG_LEVEL: ['loud', 'INFO', 'debug ', '30', '*'],
  OTEL_EXPORTER_OTLP_ENDPOINT: [...notUrl, 'localhost:4318', 'grpc://localhost:4317', 'http://localhost:99999'],
  OTEL_EXPORTER_OTLP_HEADERS: ['key', '=value', 'a b=c', 'a=b c', 'a=b,', 'a=b\r\nc: d', `a=${'x'.repeat(4000)}`],
  OTEL_SERVICE_NAME: ['x'.repeat(201)],
  OTEL_TRACES_SAMPLER: ['on', 'ALWAYS_ON', 'jaeger_remote', 'traceidratio '],
  OTEL_TRACES_SAMPLER_ARG: ['abc', '-0.1', '1.1', 'NaN', '10%'],
};

/** Variables that are right one by one and wrong together: [in words, the variables, what is said]. */
const together: [what: string, env: Record<string, string>, sentence: RegExp][] = [
  ['an admin has no password', { ADMIN_EMAIL: 'boss@example.com' }, /^ADMIN_EMAIL and ADMIN_PASSWORD belong together/],
  ['a password has no admin', { ADMIN_PASSWORD: 'correct horse' }, /^ADMIN_EMAIL and ADMIN_PASSWORD belong together/],
  ['production has the default admin', { NODE_ENV: 'production' }, /^With NODE_ENV=production the default admin/],
  [
    'production spells the default admin out',
    { NODE_ENV: 'production', ADMIN_EMAIL: 'boss@example.com', ADMIN_PASSWORD: 'admin-password' },
    /^With NODE_ENV=production the default admin/,
  ],
  ['an issuer has no keys', { AUTH_ISSUER: 'https://a.example' }, /^AUTH_ISSUER and AUTH_JWKS_URL belong together/],
  ['keys have no issuer', { AUTH_JWKS_URL: 'https://a.example' }, /^AUTH_ISSUER and AUTH_JWKS_URL belong together/],
  ['an audience has no issuer', { AUTH_AUDIENCE: 'shop' }, /^AUTH_AUDIENCE belongs to AUTH_ISSUER/],
];

const saidOf = (env: Record<string, string>): string => {
  try {
    readEmbeddedConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  return 'it was accepted';
};

const rows = Object.entries(bad).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));

describe('Environment variables', () => {
  it('When a variable is declared, then there is a bad value for it here', () => {
    expect(Object.keys(bad).sort()).toEqual(Object.keys(declaration).sort());
    for (const values of Object.values(bad)) expect(values.length).toBeGreaterThan(0);
  });

  it.each(rows)('When %s is %j, then one sentence names it and says what it is for', (name, value) => {
    const said = saidOf({ [name]: value });
    const { about } = declaration[name as Variable];
    expect(said).toMatch(new RegExp(`^The configuration is not valid: ${name} `));
    expect(said).toContain(`(${about})`);
    expect(said.split('\n')).toHaveLength(1);
    // A value may be a secret that was put into the wrong variable.
    if (value.length > 3) expect(said.replace(about, '')).not.toContain(` ${value} `);
  });

  it.each(together)('When %s, then one sentence says what belongs together', (_what, env, sentence) => {
    const said = saidOf(env);
    expect(said).toMatch(sentence);
    expect(said.split('\n')).toHaveLength(1);
  });

  it('When every variable is wrong, then each is named', () => {
    const said = saidOf(Object.fromEntries(Object.entries(bad).map(([name, [value = '']]) => [name, value])));
    for (const name of Object.keys(declaration)) expect(said).toContain(name);
  });

  it('When variables are empty, then they count as absent', () => {
    const empty = Object.fromEntries(Object.keys(declaration).map((name) => [name, '']));
    expect(readEmbeddedConfig(empty)).toEqual(readEmbeddedConfig({}));
  });

  it('When variables of other programs are there, then nobody minds', () => {
    expect(
      readEmbeddedConfig({ __proto__: 'x', constructor: 'y', PATH: '/bin', PGHOST: 'else.where' } as never),
    ).toEqual(readEmbeddedConfig({}));
  });
});
