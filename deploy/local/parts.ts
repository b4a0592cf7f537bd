import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stopwatch } from '@shop/platform/time/system.ts';
import { type ServiceName, serviceNames } from '../services.ts';
import { type StackContext, serverNames } from './context.ts';
import { prepareDatabases } from './databases.ts';
import { detourName } from './detours.ts';
import { startEdge } from './edge.ts';
import { edgeUrl } from './environment.ts';
import { createPart, type PartOptions, type StackProcess } from './part.ts';
import { serverPort } from './plan.ts';
import { StackFailed } from './servers/errors.ts';
import { startKafka } from './servers/kafka.ts';
import { startMongo } from './servers/mongo.ts';
import type { ServerOptions } from './servers/options.ts';
import { startPostgres } from './servers/postgres.ts';
import type { ProcessId } from './servers/process.ts';
import { startRedis } from './servers/redis.ts';
import { startToxiproxy } from './servers/toxiproxy.ts';
import { startService } from './service.ts';
import { signalsOf } from './signals.ts';
import { recordProcess, type ServerName } from './state.ts';
import { mark } from './strays.ts';

const titles: Record<ServerName | 'toxiproxy' | 'edge', string> = {
  postgres: 'PostgreSQL',
  mongo: 'MongoDB',
  kafka: 'Kafka',
  redis: 'Redis',
  toxiproxy: 'Toxiproxy',
  edge: 'edge',
};

type Launching = Required<Pick<ServerOptions, 'dir' | 'logFile' | 'env' | 'onStart'>> & ServerOptions;

/** A part of a stack that tells its start, marks its process and writes it down. */
const partOf = (
  context: StackContext,
  part: Pick<PartOptions, 'name' | 'replica' | 'port' | 'metricsPort' | 'url'> & { title: string },
  start: (options: Launching) => Promise<unknown>,
): StackProcess => {
  const { dir, state, report, clock, ending } = context;
  const { name, replica, title, port } = part;
  const signals = signalsOf(name);
  const logFile = join(dir, 'logs', `${replica > 1 ? `${name}-${replica}` : name}.log`);
  const launch = async (onStart: (id: ProcessId) => void, ownLog: string): Promise<void> => {
    if (ending.aborted) throw new StackFailed('The stack is being ended.');
    const elapsed = stopwatch();
    await mkdir(join(dir, 'logs'), { recursive: true });
    await start({
      dir: join(dir, name),
      port,
      logFile: ownLog,
      env: { [mark]: dir },
      report,
      clock,
      onStart: (id) => {
        onStart(id);
        // It was about to start when the end began, and nobody looks for it any more.
        if (ending.aborted) process.kill(id.pid, 'SIGKILL');
        context.onStart(id, signals.group ?? false);
      },
    });
    report(`${title} is ready on port ${port} after ${(elapsed() / 1000).toFixed(1)} s`);
  };
  const running = state.processes.find((record) => record.name === name && record.replica === replica);
  const record = (process: Parameters<typeof recordProcess>[2]) => recordProcess(dir, state, process);
  return createPart({ ...part, logFile, signals, launch, record, running, clock });
};

const servers = (context: StackContext): StackProcess[] => {
  const { plan, secrets, given, postgresSettings } = context;
  const own = serverNames.filter((name) => given[name] === undefined);
  const starts: Record<ServerName, (options: Launching) => Promise<unknown>> = {
    async postgres(options) {
      const { connection } = await startPostgres({ ...options, settings: postgresSettings });
      await prepareDatabases(connection, plan.namespace, secrets);
    },
    mongo: startMongo,
    kafka: (options) => startKafka({ ...options, detours: plan.detours?.filter(({ server }) => server === 'kafka') }),
    redis: startRedis,
  };
  const places = { ...plan.servers, postgres: `127.0.0.1:${plan.servers.postgres.port}` };
  return own.map((name) => {
    const port = serverPort(plan.servers, name);
    const part = { name, replica: 1, port, url: places[name], title: titles[name] };
    return partOf(context, part, starts[name]);
  });
};

/** What stands between services and servers, if anything does. */
const proxies = (context: StackContext): StackProcess[] => {
  const { detours = [], toxiproxy } = context.plan;
  if (!toxiproxy) return [];
  const { port } = toxiproxy;
  const part = {
    name: 'toxiproxy',
    replica: 1,
    port,
    url: `http://127.0.0.1:${port}`,
    title: titles.toxiproxy,
  } as const;
  const list = detours.map((detour) => ({ ...detour, name: detourName(detour) }));
  return [partOf(context, part, (options) => startToxiproxy({ ...options, proxies: list }))];
};

const replicasOf = (context: StackContext, name: ServiceName): StackProcess[] =>
  context.plan.services[name].map(({ port, metricsPort }, index) => {
    const replica = index + 1;
    const title = context.plan.services[name].length > 1 ? `${name} ${replica}` : name;
    const part = { name, replica, port, metricsPort, url: `http://127.0.0.1:${port}`, title };
    return partOf(context, part, (options) => startService(context, name, replica, options));
  });

export interface Parts {
  servers: StackProcess[];
  edge: StackProcess;
  services: StackProcess[];
}

/** The processes of a stack; those that its state names are held, none is started. */
export const createParts = (context: StackContext): Parts => {
  const { plan } = context;
  const edge = { name: 'edge', replica: 1, port: plan.port, url: edgeUrl(plan), title: titles.edge } as const;
  return {
    servers: [...proxies(context), ...servers(context)],
    edge: partOf(context, edge, (options) => startEdge(context, options)),
    services: serviceNames.flatMap((name) => replicasOf(context, name)),
  };
};
