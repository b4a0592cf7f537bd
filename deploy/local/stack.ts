import { rm } from 'node:fs/promises';
import type { Settings } from '@shop/platform/postgres/server/settings.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import type { ServiceName } from '../services.ts';
import { alone, openFolder } from './claim.ts';
import type { GivenServers, StackContext } from './context.ts';
import { prepareDatabases } from './databases.ts';
import { chooseDetours } from './detours.ts';
import { endStack, findAlive } from './down.ts';
import { endInOrder } from './end.ts';
import { environmentOf } from './environment.ts';
import { askReadiness } from './health.ts';
import { removeNamespace } from './namespace.ts';
import type { StackProcess } from './part.ts';
import { createParts, type Parts } from './parts.ts';
import { choosePlaces, type ServerPlaces, type StackPlan } from './plan.ts';
import { oneOfEach, type Replicas } from './replicas.ts';
import { openSecrets, readSecrets, type Secrets, secretsFile } from './secrets.ts';
import { seedShop } from './seed.ts';
import { StackFailed } from './servers/errors.ts';
import { fetchServers } from './servers/fetch.ts';
import type { Report } from './servers/options.ts';
import { choosePort, freePort, isFree } from './servers/ports.ts';
import type { ProcessId } from './servers/process.ts';
import { forgetProcesses, type PartName, readState, type StackState, writeState } from './state.ts';

export interface StackOptions {
  /** The folder that keeps everything: data, logs, secrets, and what runs. */
  dir: string;
  /** What the edge listens on; 127.0.0.1 and 8080 unless given, port 0 takes a free one. */
  host?: string;
  port?: number;
  /** One of each unless given. */
  replicas?: Partial<Replicas>;
  /** Free ports for the services too, instead of the usual ones. */
  freePorts?: boolean;
  /** Puts Toxiproxy between every service and each of its servers, which must then be the stack's own. */
  detours?: boolean;
  /** Servers that are there already; the others are started. */
  servers?: Partial<GivenServers>;
  /** Lower-case letters and digits: names of databases, topics and keys begin with it, so that stacks share servers. */
  namespace?: string;
  /** More of every service's environment; RATE_LIMIT, TRUST_PROXY and CORS_ORIGINS count for the edge too. */
  env?: Record<string, string>;
  admin?: Secrets['admin'];
  /** Whether the sample catalogue is loaded; true unless given. */
  seed?: boolean;
  /** A stand-in for the services' programs, called with the service's name. */
  program?: string;
  postgresSettings?: Settings;
  report?: Report;
  /** Gives the start up: what was started is ended. */
  signal?: AbortSignal;
  /** Told every process at once; `group`: its children live on without it. */
  onStart?: (id: ProcessId, group: boolean) => void;
  clock?: Clock;
  ids?: Ids;
}

/** A shop of processes of its own. They live on when this process ends. */
export interface Stack {
  /** The edge: the shop's one door. */
  url: string;
  dir: string;
  plan: StackPlan;
  secrets: Secrets;
  processes: readonly StackProcess[];
  /** The first replica unless given. Throws when there is none such; given servers have no process. */
  process(name: PartName, replica?: number): StackProcess;
  /** What a replica has in its environment: where its databases are, and the passwords. */
  environmentOf(service: ServiceName, replica?: number): Record<string, string>;
  /** Ends everything in order; the data stay. Answers the names of what had to be killed. */
  stop(): Promise<string[]>;
  /** Ends everything, and removes the folder and all that the namespace keeps on given servers. */
  destroy(): Promise<void>;
}

/** The admin of a shop that was started without one, as in the embedded form; identity refuses it in production. */
export const defaultAdmin = { email: 'admin@example.com', password: 'admin-password' };

const openMs = 60_000;

const refuseSecond = async (dir: string, report: Report): Promise<void> => {
  const { state, alive } = await findAlive(dir);
  if (alive.length === 0) return;
  if (state?.url && alive.length === state.processes.length)
    throw new StackFailed(
      `The stack is running already: ${state.url}; npm run stack:status shows it, npm run stack:down ends it.`,
    );
  report(`ending what is left of the last one (${alive.length} processes)`);
  await endStack(dir, report);
};

const chooseEdgePort = async (host: string, port: number): Promise<number> => {
  if (port === 0) return freePort();
  if (await isFree(port, host)) return port;
  throw new StackFailed(`Port ${port} is taken; stop what uses it, or choose another: PORT=8081 npm run stack.`);
};

const chooseServers = async (given: Partial<GivenServers>, before: ServerPlaces | undefined): Promise<ServerPlaces> => {
  const portBefore = (place = ''): number | undefined => Number(/:(\d+)(\/|$)/.exec(place)?.[1]) || undefined;
  const own = async (name: string, place?: string) => choosePort(name, undefined, portBefore(place));
  return {
    postgres: given.postgres
      ? { host: given.postgres.host, port: given.postgres.port }
      : { host: '127.0.0.1', port: await choosePort('PostgreSQL', undefined, before?.postgres.port) },
    mongo:
      given.mongo ?? `mongodb://127.0.0.1:${await own('MongoDB', before?.mongo)}/?replicaSet=rs0&directConnection=true`,
    kafka: given.kafka ?? `127.0.0.1:${await own('Kafka', before?.kafka)}`,
    redis: given.redis ?? `redis://127.0.0.1:${await own('Redis', before?.redis)}`,
  };
};

const makePlan = async (options: StackOptions, before: StackPlan | undefined, report: Report): Promise<StackPlan> => {
  const { host = '127.0.0.1', port = 8080, namespace = '', freePorts = false, env = {}, program } = options;
  if (!/^[a-z0-9]*$/.test(namespace)) throw new StackFailed(`The namespace ${namespace} has more than a-z and 0-9.`);
  if (options.detours && Object.values(options.servers ?? {}).some(Boolean))
    throw new StackFailed('Detours lead to servers of the stack itself; servers that are there already know of none.');
  const servers = await chooseServers(options.servers ?? {}, before?.servers);
  return {
    host,
    port: await chooseEdgePort(host, port),
    namespace,
    servers,
    ...(options.detours && {
      detours: await chooseDetours(servers),
      toxiproxy: { port: await freePort() },
    }),
    services: await choosePlaces({ ...oneOfEach(), ...options.replicas }, freePorts, report),
    env,
    program,
  };
};

/** The programs that are needed, before the first process: a download takes longer than services wait for a server. */
const fetchPrograms = ({ given, plan, report }: StackContext): Promise<void> => {
  const own = (['kafka', 'mongo', 'redis'] as const).filter((name) => given[name] === undefined);
  return fetchServers([...own, 'nginx', ...(plan.toxiproxy ? (['toxiproxy'] as const) : [])], report);
};

/** Everything is started side by side. Services need their databases made; for other servers they wait by themselves. */
const bringUp = async (context: StackContext, { servers, edge, services }: Parts): Promise<void> => {
  const { given, plan, secrets, clock } = context;
  const start = (parts: readonly StackProcess[]) => Promise.all(parts.map((part) => part.start()));
  const [postgres, others] = [
    servers.filter(({ name }) => name === 'postgres'),
    servers.filter(({ name }) => name !== 'postgres'),
  ];
  const databases = async () => {
    await (given.postgres ? prepareDatabases(given.postgres, plan.namespace, secrets) : start(postgres));
  };
  await Promise.all([start(others), start([edge]), databases().then(() => start(services))]);
  const deadline = clock.now().getTime() + openMs;
  for (;;) {
    const failure = await askReadiness(edge.url).then(
      () => undefined,
      (error: Error) => error,
    );
    if (!failure) return;
    if (context.ending.aborted || clock.now().getTime() > deadline)
      throw new StackFailed(`The edge at ${edge.url} is not ready: ${failure.message}.`);
    await clock.sleep(100);
  }
};

/** The stack that a context describes. */
const stackOf = (context: StackContext, parts: Parts): Stack => {
  const { dir, plan, secrets, given, state } = context;
  const processes = [...parts.servers, parts.edge, ...parts.services];
  const stop = async (): Promise<string[]> => {
    const killed = await endInOrder(processes);
    forgetProcesses(dir, state);
    return killed;
  };
  return {
    url: parts.edge.url,
    dir,
    plan,
    secrets,
    processes,
    process(name, replica = 1) {
      const found = processes.find((process) => process.name === name && process.replica === replica);
      if (!found) throw new StackFailed(`There is no ${name} ${replica} in this stack.`);
      return found;
    },
    environmentOf: (service, replica = 1) => environmentOf(plan, secrets, service, replica),
    stop,
    async destroy() {
      await stop();
      if (plan.namespace) await removeNamespace(given, plan.namespace);
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

/** Resolves never, rejects when the signal aborts. */
const givenUp = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_resolve, reject) => {
    const give = () => reject(new StackFailed('The start was interrupted; what it had started has ended.'));
    if (signal?.aborted) give();
    signal?.addEventListener('abort', give, { once: true });
  });

/**
 * Starts the whole distributed form as processes of this machine, and resolves when the shop is open. Each process is
 * written to `stack.json` before anybody waits for it. A start that fails or is given up ends what it had started.
 *
 * @throws StackFailed when the stack runs already, a port is taken, a server can't be had, or a process doesn't start
 */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  const { report = () => {}, clock = systemClock, ids = systemIds, admin = defaultAdmin, signal } = options;
  const dir = await openFolder(options.dir);
  return alone(dir, async () => {
    await refuseSecond(dir, report);
    const before = (await readState(dir))?.plan;
    const ending = new AbortController();
    const plan = await makePlan(options, before, report);
    const state: StackState = { plan, secretsFile: secretsFile(dir), processes: [] };
    const context: StackContext = {
      dir,
      plan,
      secrets: await openSecrets(dir, admin, ids),
      state,
      given: options.servers ?? {},
      postgresSettings: options.postgresSettings,
      report,
      clock,
      onStart: options.onStart ?? (() => {}),
      ending: ending.signal,
    };
    writeState(dir, state);
    const parts = createParts(context);
    const stack = stackOf(context, parts);
    try {
      await Promise.race([open(context, parts, options), givenUp(signal)]);
      return stack;
    } catch (error) {
      ending.abort();
      await stack.stop();
      throw error;
    }
  });
};

const open = async (context: StackContext, parts: Parts, { seed = true }: StackOptions): Promise<void> => {
  const { dir, state, secrets, report } = context;
  await fetchPrograms(context);
  await bringUp(context, parts);
  const { url } = parts.edge;
  if (seed) await seedShop({ url, admin: secrets.admin, dir, report });
  state.url = url;
  writeState(dir, state);
};

/**
 * The stack in `dir` as another command has started it.
 * @throws StackFailed when there is none
 */
export const openStack = async (
  options: Pick<StackOptions, 'dir' | 'report' | 'clock' | 'servers' | 'onStart'>,
): Promise<Stack> => {
  const { report = () => {}, clock = systemClock, servers = {}, onStart = () => {} } = options;
  const dir = await openFolder(options.dir);
  const state = await readState(dir);
  if (!state?.url) throw new StackFailed('No stack is running here; npm run stack starts one.');
  const secrets = await readSecrets(dir);
  const { signal: ending } = new AbortController();
  const context = { dir, plan: state.plan, secrets, state, given: servers, report, clock, onStart, ending };
  return stackOf(context, createParts(context));
};
