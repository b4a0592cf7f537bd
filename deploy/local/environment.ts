import type { Connection } from '@shop/platform/postgres/connect.ts';
import { type ServiceName, services } from '../services.ts';
import { placesFor } from './detours.ts';
import type { StackPlan } from './plan.ts';
import type { Secrets } from './secrets.ts';
import { reachedAt } from './servers/nginx.ts';

/** The databases, topics and keys of one stack among others on the same servers. */
export const names = (namespace: string) => ({
  /** A database of PostgreSQL or MongoDB; in PostgreSQL also the role that owns it. */
  database: (name: string): string => (namespace ? `${namespace}_${name}` : name),
  kafkaPrefix: namespace && `${namespace}-`,
  redisPrefix: namespace && `${namespace}:`,
});

/** Where the edge is reached from this machine. */
export const edgeUrl = ({ host, port }: Pick<StackPlan, 'host' | 'port'>): string => reachedAt(host, port);

/** How a service reaches a database that its role owns, by default its own. */
export const roleOf = (
  { servers, namespace }: Pick<StackPlan, 'servers' | 'namespace'>,
  { passwords }: Secrets,
  role: ServiceName,
  database: string = role,
): Connection => {
  const named = names(namespace).database;
  return { ...servers.postgres, user: named(role), password: passwords[role] ?? '', database: named(database) };
};

/** Names and places as one service is told them. */
type Told = Pick<StackPlan, 'servers' | 'namespace'>;

const urlOf = ({ host, port, user, password, database }: Connection): string =>
  `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;

const mongoUrl = (plan: Told, service: ServiceName): string => {
  const url = new URL(plan.servers.mongo);
  url.pathname = `/${names(plan.namespace).database(service)}`;
  return url.href;
};

const storeOf = (plan: Told, secrets: Secrets, service: ServiceName): Record<string, string> => ({
  ...(services[service].store === 'mongo'
    ? { MONGO_URL: mongoUrl(plan, service) }
    : { DATABASE_URL: urlOf(roleOf(plan, secrets, service)) }),
  ...(service === 'order' && { JOURNAL_DATABASE_URL: urlOf(roleOf(plan, secrets, 'order', 'events')) }),
});

const originsOf = (plan: StackPlan, service: ServiceName): string =>
  plan.services[service].map(({ port }) => `http://127.0.0.1:${port}`).join(',');

const callsOf = (plan: StackPlan, service: ServiceName): Record<string, string> =>
  Object.fromEntries(services[service].calls.map((name) => [`${name.toUpperCase()}_URL`, originsOf(plan, name)]));

/** The environment of one replica (counted from 1) of a service, beside PATH. */
export const environmentOf = (
  plan: StackPlan,
  secrets: Secrets,
  service: ServiceName,
  replica = 1,
): Record<string, string> => {
  const { env, namespace } = plan;
  const servers = placesFor(plan, service);
  const { kafkaPrefix, redisPrefix } = names(namespace);
  const place = plan.services[service][replica - 1];
  const { email, password } = secrets.admin;
  return {
    REDIS_URL: servers.redis,
    REDIS_PREFIX: redisPrefix,
    SERVICE_TOKEN: secrets.serviceToken,
    ...storeOf({ servers, namespace }, secrets, service),
    ...callsOf(plan, service),
    ...(service === 'identity'
      ? { ADMIN_EMAIL: email, ADMIN_PASSWORD: password }
      : {
          KAFKA_BROKERS: servers.kafka,
          KAFKA_PREFIX: kafkaPrefix,
          // Through the edge, which finds a replica that is there.
          AUTH_JWKS_URL: `${edgeUrl(plan)}/.well-known/jwks.json`,
        }),
    ...env,
    // The edge is one proxy more.
    TRUST_PROXY: String(Number(env.TRUST_PROXY || 0) + 1),
    HOST: '127.0.0.1',
    PORT: String(place?.port ?? 0),
    METRICS_PORT: String(place?.metricsPort ?? 0),
  };
};
