import { setting } from '../config/config.ts';
import {
  AUTH_AUDIENCE,
  AUTH_JWKS_URL,
  addresses,
  onOff,
  origins,
  RETENTION_DAYS,
  serving,
  urlOf,
} from '../config/settings.ts';
import { joi } from '../http/schemas.ts';
import { tracingSettings } from '../telemetry/tracing-settings.ts';

/** Put before names on servers that several shops share; `more` are characters that such a name may have besides. */
const prefix = (more = '') =>
  joi
    .string()
    .pattern(new RegExp(`^[\\w.${more}-]{0,40}$`))
    .default('')
    .messages({ 'string.pattern.base': `{{#label}} must be at most 40 letters, digits and _ . - ${more}` });

/** The access tokens' issuer unless AUTH_ISSUER names another one: identity itself, in both forms. */
export const ISSUER = 'ecommerce-microservices';

const authentication = {
  AUTH_ISSUER: setting<string>('the `iss` of access tokens', joi.string().max(500).default(ISSUER)),
  AUTH_AUDIENCE,
};

/** What every service that runs as a process of its own is told. */
export const common = {
  ...serving,
  ...tracingSettings,
  ...authentication,
  RETENTION_DAYS,
  SERVICE_TOKEN: setting<string>(
    'what services show each other, the same for all; at least 32 characters',
    joi.string().min(32).max(500).required(),
  ),
  REDIS_URL: setting<string>('where Redis is', urlOf('redis', 'rediss').default('redis://127.0.0.1:6379')),
  REDIS_PREFIX: setting<string>('put before every key', prefix(':')),
  WAIT_SECONDS: setting<number>(
    'how long a start waits for servers that do not answer yet',
    joi.number().integer().min(0).max(3600).default(60),
  ),
  DRAIN_MS: setting<number>(
    'how long a process that ends still answers on open connections',
    joi.number().integer().min(0).max(8_000).default(2_500),
  ),
};

/** For those who check tokens that identity made. */
export const tokenKeys = {
  AUTH_JWKS_URL: { ...AUTH_JWKS_URL, schema: urlOf('http', 'https').required() },
};

export const postgres = {
  DATABASE_URL: setting<string>('the database of this service', urlOf('postgres', 'postgresql').required()),
};

export const mongo = {
  MONGO_URL: setting<string>('the database of this service', urlOf('mongodb', 'mongodb+srv').required()),
};

export const kafka = {
  KAFKA_BROKERS: setting<string>('where the brokers are, separated by commas', addresses().required()),
  KAFKA_PREFIX: setting<string>('put before the names of topics and groups', prefix()),
  KAFKA_REPLICATION: setting<number>(
    'the replication factor of topics that are made',
    joi.number().integer().min(1).max(9).default(1),
  ),
};

/** Where another service is: an origin a replica, separated by commas. */
export const serviceUrl = (name: string) =>
  setting<string>(`where ${name} is, an origin a replica, separated by commas`, origins().required());

export const LAB = setting<'on' | 'off'>('the race lab of the console; never in production', onOff('off'));

export const isLabOn = ({ LAB: lab, NODE_ENV }: { LAB: 'on' | 'off'; NODE_ENV?: string }): boolean =>
  lab === 'on' && NODE_ENV !== 'production';

/** A connection string never shows its password. */
export const withoutPassword = (url: string): string => {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
};
