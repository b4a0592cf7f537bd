import { type Config, ConfigError, readConfig, setting } from '@shop/platform/config/config.ts';
import { PICTURE_ORIGINS, serving } from '@shop/platform/config/settings.ts';
import { joi } from '@shop/platform/http/schemas.ts';
import { StackFailed } from './servers/errors.ts';

const onOff = () => joi.string<'on' | 'off'>().valid('on', 'off');

/** The environment variables that the stack itself reads; services check theirs. */
export const declaration = {
  PORT: setting<number>(
    'the port of the shop; 0 takes a free one',
    joi.number().integer().min(0).max(65_535).default(8080),
  ),
  HOST: setting<string>('the address to listen on', joi.string().hostname().default('127.0.0.1')),
  STACK_DIR: setting<string>('the folder that keeps data, logs and secrets', joi.string().max(1000).default('.local')),
  SEED: setting<'on' | 'off'>('whether the first start loads the sample catalogue', onOff().default('on')),
  RATE_LIMIT: setting<'on' | 'off'>('off lifts the rate limits, for load tests', onOff().default('on')),
  TRUST_PROXY: setting<number>('how many proxies stand in front', joi.number().integer().min(0).max(9).default(0)),
  ADMIN_EMAIL: setting<string | undefined>('the e-mail of the first admin', joi.string().max(254)),
  ADMIN_PASSWORD: setting<string | undefined>('the password of the first admin', joi.string().min(8).max(128)),
};

/** What the edge makes of variables that services get too. */
const atTheEdge = { CORS_ORIGINS: serving.CORS_ORIGINS, PICTURE_ORIGINS };

export type StackConfig = Config<typeof declaration>;

/** @throws StackFailed naming each variable that is wrong */
export const readStackConfig = (env: NodeJS.ProcessEnv): StackConfig => {
  try {
    const config = readConfig(declaration, env);
    readConfig(atTheEdge, env);
    if ((config.ADMIN_EMAIL === undefined) !== (config.ADMIN_PASSWORD === undefined))
      throw new StackFailed('ADMIN_EMAIL and ADMIN_PASSWORD belong together: set both, or neither.');
    return config;
  } catch (error) {
    if (error instanceof ConfigError) throw new StackFailed(error.message);
    throw error;
  }
};

const passedOn =
  /^(LOG_LEVEL|NODE_ENV|CORS_ORIGINS|PICTURE_ORIGINS|STORE_CURRENCY|RETENTION_DAYS|LAB|DRAIN_MS|AUTH_\w+|OTEL_\w+)$/;

/** What services get of the environment that the stack was started in. */
export const serviceEnvironment = (env: NodeJS.ProcessEnv, config: StackConfig): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (passedOn.test(name) && value ? [[name, value]] : [])),
  ),
  RATE_LIMIT: config.RATE_LIMIT,
  TRUST_PROXY: String(config.TRUST_PROXY),
});
